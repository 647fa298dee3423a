// Why a stack's tasks don't run, in Swarm's own words.
import { oneLine } from "../text.ts";
import { monotonicNow } from "../time/index.ts";
import { filters, get } from "./api.ts";
import type { Service } from "./stack.ts";

export interface WatchedTask {
  readonly ID: string;
  readonly ServiceID: string;
  readonly CreatedAt: string;
  readonly DesiredState: string;
  readonly Status: { readonly State: string; readonly Err?: string; readonly Message?: string };
}

interface WatchOptions {
  /** Milliseconds that a task may wait for a node before it is named. Default: 3,000. */
  readonly after?: number;
  readonly now?: () => number;
}

/**
 * Returns a function to call at each look that finds tasks missing: it names a task that Swarm can't place, else one
 * that failed; undefined if Swarm gives no reason.
 */
export function taskWatcher(
  stack: string,
  { after = 3_000, now = monotonicNow }: WatchOptions = {},
): (services: readonly Service[]) => Promise<string | undefined> {
  const since = new Map<string, number>();
  return async services => {
    const label = [`com.docker.stack.namespace=${stack}`];
    const tasks = await get<WatchedTask[]>(`/tasks?${filters({ label })}`, `list the tasks of ${stack}`);
    for (const { ID } of tasks.filter(isWaiting)) if (!since.has(ID)) since.set(ID, now());
    return tasksWords(tasks, services, ({ ID }) => now() - since.get(ID)! >= after);
  };
}

/** Pure part of `taskWatcher`. `isOverdue` is asked about tasks that wait for a node. */
export function tasksWords(
  tasks: readonly WatchedTask[],
  services: readonly Service[],
  isOverdue: (task: WatchedTask) => boolean,
): string | undefined {
  const incomplete = new Set(services.filter(({ running, desired }) => running < desired).map(({ id }) => id));
  const nameOf = ({ ServiceID }: WatchedTask) => services.find(({ id }) => id === ServiceID)?.name ?? "a service";
  const waiting = tasks.find(task => isWaiting(task) && isOverdue(task));
  if (waiting) {
    const { State, Err, Message } = waiting.Status;
    return `${nameOf(waiting)}: ${oneLine(Err || `task is ${State}: ${Message || "Swarm gives no reason"}`)}`;
  }
  const failed = tasks
    .filter(({ Status }) => Status.Err)
    .toSorted((a, b) => b.CreatedAt.localeCompare(a.CreatedAt))
    .toSorted((a, b) => Number(incomplete.has(b.ServiceID)) - Number(incomplete.has(a.ServiceID)));
  return failed[0] && `${nameOf(failed[0])}: ${oneLine(failed[0].Status.Err!)}`;
}

/** Swarm has no node for it yet. */
function isWaiting({ DesiredState, Status }: WatchedTask): boolean {
  return DesiredState === "running" && (Status.State === "new" || Status.State === "pending");
}
