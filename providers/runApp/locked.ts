// The lock of one app of one run.
import { type Lock, withLock } from "../lib/lock/index.ts";
import type { Log } from "../app/context.ts";
import type { RunApp } from "../app/inputs.ts";
import { pathsOf } from "./paths.ts";

/** Runs `work` as the only one who changes the app, across processes. Throws LockedError after 10 minutes. */
export function locked<T>(app: RunApp, say: Log, work: (held: Lock) => Promise<T>): Promise<T> {
  return withLock(pathsOf(app).lock, work, {
    onWait: () => say(`${app.recipe}: waiting for another hearth that works on ${app.domain}`),
  });
}
