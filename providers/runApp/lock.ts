// The lock of one app of one run.
import { type Lock, withLock } from "../lib/lock/index.ts";
import type { Log } from "../lib/text.ts";
import type { CheckedRunApp } from "./inputs.ts";
import { pathsOf } from "./paths.ts";

/** Calls `action` while this process alone may change the app. Throws LockedError after 10 minutes. */
export function withAppLock<T>(app: CheckedRunApp, log: Log, action: (lock: Lock) => Promise<T>): Promise<T> {
  return withLock(pathsOf(app).lock, action, {
    onWait: () => log(`${app.recipe}: waiting for another hearth process that changes ${app.domain}`),
  });
}
