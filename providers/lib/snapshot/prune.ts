// Bounds what an app's snapshots take on the disk, and never takes the newest good one.
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { ManifestError, readManifest, type Manifest, type SnapshotName } from "./manifest.ts";
import { removePrevious } from "./rotate.ts";

export interface Retention {
  /** How many to keep. */
  readonly keep: 1 | 2;
  /** Bytes that their archives may take together. Default: no limit. */
  readonly bytes?: number | undefined;
}

/** Removes the snapshot before the newest where the bounds say so and the newest is good. Gives back whether it did. */
export async function prune(folder: string, { keep, bytes = Number.POSITIVE_INFINITY }: Retention): Promise<boolean> {
  const newest = await goodSize(folder, "snapshot");
  if (newest === undefined) return false;
  const previous = await stat(join(folder, "snapshot.previous")).catch(() => undefined);
  if (!previous) return false;
  // One that isn't good is no use at all, and goes first.
  const size = await goodSize(folder, "snapshot.previous");
  if (size !== undefined && keep === 2 && newest + size <= bytes) return false;
  await removePrevious(folder);
  return true;
}

/** Bytes of a snapshot's archives; undefined unless its manifest can be read and every archive is as long as that says. */
async function goodSize(folder: string, which: SnapshotName): Promise<number | undefined> {
  const manifest = await readManifest(folder, which).catch((error: unknown) => {
    if (error instanceof ManifestError) return undefined;
    throw error;
  });
  if (!manifest) return undefined;
  return (await hasAll(join(folder, which), manifest))
    ? manifest.volumes.reduce((sum, volume) => sum + volume.archiveBytes, 0)
    : undefined;
}

async function hasAll(directory: string, { volumes }: Manifest): Promise<boolean> {
  const sizes = await Promise.all(volumes.map(volume => stat(join(directory, volume.archive)).catch(() => undefined)));
  return volumes.every((volume, index) => sizes[index]?.size === volume.archiveBytes);
}
