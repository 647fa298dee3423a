// lock: what the rest of hearth may use.
export { type Held, LockedError, tryLock, withLock, withOneOf } from "./flock.ts";
