// docker: what the rest of hearth may use.
export { clusterId, nodeId } from "./cluster.ts";
export { type Config, configsWith, createConfig, relabelConfig, removeConfig } from "./configs.ts";
export { NoContainerError, readAllSecrets, readSecret } from "./container.ts";
export { docker, jsonLines } from "./docker.ts";
export { planGuards, removeGuards, runningGuards, startGuard } from "./guards.ts";
export { byDigest, missingPin } from "./imageReference.ts";
export {
  ensureImages,
  ImageError,
  imageId,
  imagesOf,
  lastGoodImage,
  localImage,
  pinImage,
  pullImage,
  type RecordedImage,
  specImages,
  tagImage,
} from "./images.ts";
export { logText, tasksText } from "./logs.ts";
export { stackOf, SWARM_NAME_LIMIT } from "./names.ts";
export { type Network, networks } from "./networks.ts";
export { otherNodes, volumeNodes } from "./nodes.ts";
export { ensurePauseProgram } from "./pauseProgram.ts";
export { portConflictResolver } from "./portConflict.ts";
export { removeStack } from "./removeStack.ts";
export { type AppTask, type RoutedHost, routedHosts, type RoutedHosts } from "./routedHosts.ts";
export { hasHostRegexp, routerHosts, routerRules } from "./routers.ts";
export { routedServices, scaleDown } from "./scale.ts";
export { missingSecrets } from "./secrets.ts";
export { notReplaced, type ServiceSnapshot, snapshotServices } from "./serviceSnapshot.ts";
export {
  containersOf,
  isChaos,
  type Rollbacks,
  rollbacksOf,
  type Service,
  serviceEnvironment,
  servicesOf,
  timeoutLabel,
  versionLabel,
} from "./stack.ts";
export { stopLimit } from "./stopLimit.ts";
export { freeSubnet, hostRoutes } from "./subnets.ts";
export { taskWatcher } from "./taskWatcher.ts";
export {
  absentVolumes,
  assertNotMounted,
  ensureVolumes,
  existingVolumes,
  type Mount,
  mountsOf,
  notLocal,
  type Volume,
  volumeNames,
  volumesFolder,
  volumesOf,
} from "./volumes.ts";
export { NotRemovedError, waitUntilRemoved } from "./waitUntilRemoved.ts";
