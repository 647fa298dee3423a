// process: what the rest of hearth may use.
export { bootedBefore, bootId } from "./boot.ts";
export {
  currentProcess,
  isSameProcess,
  isThisMachine,
  type Liveness,
  livenessOf,
  type NodeId,
  type ProcessIdentity,
  processIdentity,
} from "./identity.ts";
export { isAbsent, withLowPriority } from "./priority.ts";
export { ProgramError, type ProgramErrorKind, type Result, run, type RunOptions } from "./run.ts";
export { processesWithPid, seesAllProcesses, type VisibleProcess } from "./visible.ts";
