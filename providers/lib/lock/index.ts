// lock: what the rest of hearth may use.
export { type Lock, LockedError, tryLock, withLock, withOneOf } from "./flock.ts";
