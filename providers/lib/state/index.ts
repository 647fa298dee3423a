// state: what the rest of hearth may use.
export { appFolder, type AppFolder } from "./appFolder.ts";
export { clearCleanUp, deferCleanUp, isCleanUpDue } from "./cleanUp.ts";
export { beginFirstDeploy, clearFirstDeploy, failedFirstDeploys, recordFirstFailure } from "./firstDeploy.ts";
export { clearGuards, readGuards, writeGuards } from "./guards.ts";
export { clearNewEnv, isNewEnv, markNewEnv } from "./newEnv.ts";
export {
  type Baseline,
  beginOperation,
  type OperationChanges,
  closeOperation,
  type Operation,
  type OperationStep,
  readOperation,
  replaceOperation,
  rollbackSteps,
  type Undecided,
  writeStep,
} from "./operation.ts";
export { lastRepair, recordRepair, repairsSince } from "./repairs.ts";
export { clearUndeployedOnPurpose, isUndeployedOnPurpose, markUndeployedOnPurpose } from "./undeployedOnPurpose.ts";
export { approve, isRejected, readApproved, readLastGood, readRejected, reject, writeLastGood } from "./versions.ts";
