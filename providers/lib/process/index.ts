// process: what the rest of hearth may use.
export { bootId } from "./boot.ts";
export {
  currentProcess,
  isSameProcess,
  type Liveness,
  livenessOf,
  type ProcessIdentity,
  processIdentity,
  startTimeOf,
} from "./identity.ts";
export { isAbsent, withLowPriority } from "./priority.ts";
export { ProgramError, type ProgramErrorKind, type Result, run, type RunOptions } from "./run.ts";
