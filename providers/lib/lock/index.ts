// lock: what the rest of hearth may use.
export { type Lock, LockedError, tryLock, waitForLock, withLock, withOneOf } from "./flock.ts";
