// run: what the rest of hearth may use.
export { runFolder, withRunLock } from "./folder.ts";
export { heedInterruption, InterruptedError, interruptionFile, orAborted } from "./interruption.ts";
export { logOfRun } from "./log.ts";
export {
  appDomain,
  dedicatedDomain,
  type Identity,
  type Run,
  runName,
  runOf,
  runOfStack,
  stackName,
  warmDomain,
} from "./names.ts";
export { type Message, OUTPUT_CHANNEL, send } from "./outputChannel.ts";
