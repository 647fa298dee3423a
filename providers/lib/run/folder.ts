// A run's folder on the host. It holds the run's owner, its abra folder, and a lock file per resource.
import { join } from "node:path";
import { type Lock, withLock } from "../lock/index.ts";

/** The path for `run` (`<recipe>-<hex>`); creates nothing. Throws TypeError for a name that would lead outside. */
export function runFolder(stateDir: string, run: string): string {
  if (!/^[a-z0-9][a-z0-9-]*$/.test(run)) throw new TypeError(`expected a run name, got ${JSON.stringify(run)}`);
  return join(stateDir, "runs", run);
}

/**
 * Calls `work` while this process holds the lock `what` of the run. The reaper takes these locks too: a provider
 * outlives a killed CLI, and the run must not be removed under it.
 */
export function withRunLock<T>(
  stateDir: string,
  run: string,
  what: string,
  work: (lock: Lock) => Promise<T>,
): Promise<T> {
  return withLock(join(runFolder(stateDir, run), `${what}.lock`), work);
}
