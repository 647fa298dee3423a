// Snapshots of an app's volumes, and the way back: what the rest of hearth may use.
export { ExtractError, extract } from "./extract.ts";
export {
  ManifestError,
  findSnapshot,
  readEnv,
  readManifest,
  type About,
  type Found,
  type Manifest,
  type ManifestVolume,
  type Which,
} from "./manifest.ts";
export { prune, type Bounds } from "./prune.ts";
export { RestoreError, restoreSnapshot, type Restore } from "./restore.ts";
export { commitSnapshot, partialPath, recoverRotation } from "./rotate.ts";
export { demands, lacking, needs, room, type Demand, type Need, type Room } from "./space.ts";
export { SwapError, dropNew, dropOld, putBack, swap, swapState, type SwapState } from "./swap.ts";
export { takeSnapshot, type Content, type Take } from "./take.ts";
export { SnapshotMismatchError } from "./verify.ts";
export type { Volume } from "./write.ts";
