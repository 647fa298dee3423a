// The lock of one app of one run.
import { withLock, type Held } from "../lib/lock/flock.ts";
import type { Say } from "../app/context.ts";
import type { RunApp } from "../app/inputs.ts";
import { placeOf } from "./paths.ts";

/** Runs `work` as the only one who changes the app, across processes. Throws LockedError after 10 minutes. */
export function locked<T>(app: RunApp, say: Say, work: (held: Held) => Promise<T>): Promise<T> {
  return withLock(placeOf(app).lock, work, {
    onWait: () => say(`${app.recipe}: waiting for another hearth that works on ${app.domain}`),
  });
}
