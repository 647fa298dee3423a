// Resolves a stale port conflict: Swarm's scheduler may keep a host port reserved after its task has ended.
import { errorMessage, type Log } from "../text.ts";
import { monotonicNow } from "../time/index.ts";
import { filters, get } from "./api.ts";
import { docker } from "./docker.ts";

interface Task {
  readonly ServiceID: string;
  readonly Status: { readonly State: string; readonly Err?: string };
}

interface PortConflictOptions {
  /** Milliseconds that a task may wait before its service is forced. Default: 15,000. */
  readonly after?: number;
  /** The descriptor of the app's lock, which docker inherits. */
  readonly inherit?: number | undefined;
  readonly now?: () => number;
}

/** Ids of the services of `stack` with a task that Swarm can't schedule because its host port is in use. */
async function waitingForPort(stack: string): Promise<string[]> {
  const label = [`com.docker.stack.namespace=${stack}`];
  const tasks = await get<Task[]>(
    `/tasks?${filters({ label, "desired-state": ["running"] })}`,
    `list the tasks of ${stack}`,
  );
  const waiting = tasks.filter(
    ({ Status }) => Status.State === "pending" && /host-mode port already in use/.test(Status.Err ?? ""),
  );
  return [...new Set(waiting.map(({ ServiceID }) => ServiceID))];
}

/**
 * Returns a function to call after each probe that finds `stack` unhealthy. It forces an update of a service that has
 * waited for its port longer than `after`, once: if another process really uses the port, the service keeps waiting.
 * Never throws.
 */
export function portConflictResolver(
  stack: string,
  log: Log,
  { after = 15_000, inherit, now = monotonicNow }: PortConflictOptions = {},
): () => Promise<void> {
  const since = new Map<string, number>();
  const forced = new Set<string>();
  return async () => {
    try {
      const waiting = await waitingForPort(stack);
      for (const id of since.keys()) if (!waiting.includes(id)) since.delete(id);
      for (const id of waiting) {
        if (forced.has(id)) continue;
        if (!since.has(id)) since.set(id, now());
        if (now() - since.get(id)! < after) continue;
        forced.add(id);
        log("a task waits for a host port that Swarm counts as in use; forcing an update of its service");
        const argv = ["service", "update", "--detach", "--quiet", "--no-resolve-image", "--force", id];
        await docker(argv, `force an update of service ${id} of ${stack}`, { inherit });
      }
    } catch (error) {
      log(errorMessage(error));
    }
  };
}
