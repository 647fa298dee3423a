// lock: what the rest of hearth may use.
export {
  type Lock,
  LockedError,
  type LockHolder,
  lockHolder,
  tryLock,
  waitForLock,
  withLock,
  withOneOf,
} from "./flock.ts";
