// Snapshots of an app's volumes, and their restore: what the rest of hearth may use.
export { ExtractError } from "./extract.ts";
export { damageOf, type ListedSnapshot, listSnapshots } from "./inspect.ts";
export { findSnapshot, readEnv, readManifest, type Manifest, type StoredSnapshot } from "./manifest.ts";
export { prune } from "./prune.ts";
export { isRestoreStarted, restoreSnapshot } from "./restore.ts";
export { restoreRequirements, spaceRequirements, spaceShortage } from "./space.ts";
export { removeLeftovers } from "./swap.ts";
export { takeSnapshot } from "./take.ts";
