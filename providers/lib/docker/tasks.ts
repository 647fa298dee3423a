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
}

/** `containerSpec`: the service's present one. */
export async function countTasks(service: string, containerSpec: unknown): Promise<TaskCounts> {
  const tasks = await get<Task[]>(`/tasks?${filters({ service: [service] })}`, `list the tasks of ${service}`);
  return countsOf(tasks, containerSpec);
}

/** Pure part of `countTasks`. */
export function countsOf(tasks: readonly Task[], containerSpec: unknown): TaskCounts {
  const present = JSON.stringify(containerSpec);
  const newest = new Map<string, Task>();
  for (const task of tasks.toSorted((a, b) => a.CreatedAt.localeCompare(b.CreatedAt)))
    newest.set(String(task.Slot ?? task.NodeID), task);
  const isCurrent = ({ Spec }: Task) => JSON.stringify(Spec.ContainerSpec) === present;
  return {
    completed: [...newest.values()].filter(task => task.Status.State === "complete" && isCurrent(task)).length,
    current: tasks.filter(task => task.Status.State === "running" && isCurrent(task)).length,
  };
}
