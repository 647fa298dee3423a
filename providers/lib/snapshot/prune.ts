// Limits the disk space of an app's snapshots, and never removes the newest good one.
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { damageOf, listSnapshots } from "./inspect.ts";
import { ManifestError, readManifest, type Manifest, type SnapshotName } from "./manifest.ts";
import { removePrevious } from "./rotate.ts";

interface Retention {
  /** How many snapshots to keep. */
  readonly keep: 1 | 2;
  /** Total bytes of their archives. Default: no limit. */
  readonly bytes?: number | undefined;
}

/** Removes the previous snapshot if it exceeds the limits and the newest is intact. Returns whether it did. */
export async function prune(folder: string, { keep, bytes = Number.POSITIVE_INFINITY }: Retention): Promise<boolean> {
  const newest = await goodSize(folder, "snapshot");
  if (newest === undefined) return false;
  const previous = await stat(join(folder, "snapshot.previous")).catch(() => undefined);
  if (!previous) return false;
  // A damaged one can't be restored: remove it whatever the limits.
  const size = await goodSize(folder, "snapshot.previous");
  if (size !== undefined && keep === 2 && newest + size <= bytes) return false;
  const [intact] = await listSnapshots(folder);
  if (!intact || (await damageOf(intact)) !== undefined) return false;
  await removePrevious(folder);
  return true;
}

/**
 * Bytes of a snapshot's archives; undefined unless its manifest is readable and every archive has the recorded size.
 */
async function goodSize(folder: string, name: SnapshotName): Promise<number | undefined> {
  const manifest = await readManifest(folder, name).catch((error: unknown) => {
    if (error instanceof ManifestError) return undefined;
    throw error;
  });
  if (!manifest) return undefined;
  return (await isComplete(join(folder, name), manifest))
    ? manifest.volumes.reduce((sum, volume) => sum + volume.archiveBytes, 0)
    : undefined;
}

async function isComplete(directory: string, { volumes }: Manifest): Promise<boolean> {
  const sizes = await Promise.all(volumes.map(volume => stat(join(directory, volume.archive)).catch(() => undefined)));
  return volumes.every((volume, index) => sizes[index]?.size === volume.archiveBytes);
}
