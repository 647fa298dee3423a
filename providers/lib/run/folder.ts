// A run's own folder on the host: who began it, its abra folder, and a lock for each thing of it that is being worked on.
import { join } from "node:path";
import { type Lock, withLock } from "../lock/index.ts";

/** `run` is `<recipe>-<hex>`. Touches nothing. Throws for a name that would lead out of it. */
export function runFolder(stateDir: string, run: string): string {
  if (!/^[a-z0-9][a-z0-9-]*$/.test(run)) throw new TypeError(`${JSON.stringify(run)} is no run's name`);
  return join(stateDir, "runs", run);
}

/** Runs `work` as the only one who works on `what` of the run: a provider outlives a killed CLI, and who takes the run away waits for it. */
export function withRunLock<T>(
  stateDir: string,
  run: string,
  what: string,
  work: (lock: Lock) => Promise<T>,
): Promise<T> {
  return withLock(join(runFolder(stateDir, run), `${what}.lock`), work);
}
