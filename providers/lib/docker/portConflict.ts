// A task that waits for a port of its host: Swarm's scheduler can go on counting the port of a task that is long gone.
import { monotonicNow } from "../time/index.ts";
import { filters, get } from "./api.ts";
import { docker } from "./docker.ts";

interface Task {
  readonly ServiceID: string;
  readonly Status: { readonly State: string; readonly Err?: string };
}

export interface PortConflictOptions {
  /** Milliseconds that a task may wait before its service is pushed. Default: 15,000. */
  readonly after?: number;
  /** The app's lock. */
  readonly inherit?: number | undefined;
  readonly now?: () => number;
}

/** Ids of the services of `stack` that have a task which Swarm can place nowhere because a port of the host is taken. */
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
 * To be called at every look that finds `stack` not well: a service that waits for its port longer than `after` is made to begin
 * again, once: if another process has the port, it keeps waiting. Never throws.
 */
export function portConflictResolver(
  stack: string,
  say: (line: string) => void,
  { after = 15_000, inherit, now = monotonicNow }: PortConflictOptions = {},
): () => Promise<void> {
  const since = new Map<string, number>();
  const pushed = new Set<string>();
  return async () => {
    try {
      const waiting = await waitingForPort(stack);
      for (const id of since.keys()) if (!waiting.includes(id)) since.delete(id);
      for (const id of waiting) {
        if (pushed.has(id)) continue;
        if (!since.has(id)) since.set(id, now());
        if (now() - since.get(id)! < after) continue;
        pushed.add(id);
        say("a task waits for a port of the host that counts as taken; forcing its service to be scheduled again");
        await docker(
          ["service", "update", "--detach", "--quiet", "--no-resolve-image", "--force", id],
          `have a task of ${stack} placed anew`,
          { inherit },
        );
      }
    } catch (error) {
      say(error instanceof Error ? error.message : String(error));
    }
  };
}
