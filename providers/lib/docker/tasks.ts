// Counts a service's tasks by what became of them, from Docker's API.
import { filters, get } from "./api.ts";

interface Task {
  readonly Slot?: number;
  readonly NodeID?: string;
  readonly CreatedAt: string;
  readonly DesiredState: string;
  readonly Status: { readonly State: string };
  readonly Spec: { readonly ContainerSpec?: unknown };
}

export interface TaskCounts {
  /** Slots whose newest task ended with success, as a one-shot service's does. */
  readonly completed: number;
  /** Running tasks with the service's present spec. */
  readonly current: number;
  /** Whether the newest tasks of other specs ended with success: after a rollback, those of the reverted spec. */
  readonly othersCompleted: boolean;
}

/** `containerSpec`: the service's present one. */
export async function countTasks(service: string, containerSpec: unknown): Promise<TaskCounts> {
  const tasks = await get<Task[]>(`/tasks?${filters({ service: [service] })}`, `list the tasks of ${service}`);
  return countsOf(tasks, containerSpec);
}

/** Pure part of `countTasks`. */
export function countsOf(tasks: readonly Task[], containerSpec: unknown): TaskCounts {
  const present = JSON.stringify(containerSpec);
  const isCurrent = ({ Spec }: Task) => JSON.stringify(Spec.ContainerSpec) === present;
  const others = newestBySlot(tasks.filter(task => !isCurrent(task)));
  return {
    completed: newestBySlot(tasks).filter(task => isComplete(task) && isCurrent(task)).length,
    current: tasks.filter(task => task.Status.State === "running" && isCurrent(task)).length,
    othersCompleted: others.length > 0 && others.every(isComplete),
  };
}

function newestBySlot(tasks: readonly Task[]): Task[] {
  const sorted = tasks.toSorted((a, b) => a.CreatedAt.localeCompare(b.CreatedAt));
  return [...new Map(sorted.map(task => [String(task.Slot ?? task.NodeID), task])).values()];
}

function isComplete({ Status }: Task): boolean {
  return Status.State === "complete";
}
