// Snapshots of an app's volumes, and their restore: what the rest of hearth may use.
export { findSnapshot, readEnv, readManifest, type Manifest, type StoredSnapshot } from "./manifest.ts";
export { prune } from "./prune.ts";
export { restoreSnapshot } from "./restore.ts";
export { spaceRequirements, spaceShortage } from "./space.ts";
export { removeReplaced } from "./swap.ts";
export { takeSnapshot } from "./take.ts";
