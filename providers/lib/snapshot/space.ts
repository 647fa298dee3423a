// Compares the space that a snapshot and a restore need with what each filesystem has free.
import { stat, statfs } from "node:fs/promises";
import { dirname } from "node:path";
import { ProgramError, type Result, run } from "../process/index.ts";
import { megabytes } from "../text.ts";
import { diskUse, inodeUse } from "./argv.ts";
import { exists } from "./disk.ts";
import type { ManifestVolume } from "./manifest.ts";
import { extractedPath, partialVolumePath } from "./swap.ts";
import type { Volume } from "./volume.ts";

interface TreeSize {
  readonly bytes: number;
  readonly inodes: number;
}

interface FreeSpace {
  /** Device id: equal ids mean the same filesystem. */
  readonly filesystem: number;
  /** The existing directory that was measured. */
  readonly path: string;
  /** Bytes free for unprivileged users, unless root's reserve was asked for too. */
  readonly bytes: number;
  /** Infinite if the filesystem doesn't limit them. */
  readonly inodes: number;
}

/** Something that is to be written (`the snapshot`), and the free space at its destination. */
export interface SpaceRequirement extends TreeSize {
  readonly what: string;
  readonly free: FreeSpace;
}

/** Size of each volume's tree, in order. Files may disappear meanwhile; a missing tree throws ProgramError. */
export async function measureVolumes(volumes: readonly Volume[]): Promise<TreeSize[]> {
  return Promise.all(volumes.map(measureVolume));
}

/** As `measureVolumes`, for one volume. */
export async function measureVolume({ name, path }: Volume): Promise<TreeSize> {
  const du = async (argv: string[]) =>
    Number.parseInt((await tolerant(run("du", argv, `measure volume ${name}`, { env: { LC_ALL: "C" } }))).stdout, 10);
  return { bytes: await du(diskUse(path)), inodes: await du(inodeUse(path)) };
}

/** Free space at `path`, or at its nearest existing parent; with root's reserve if `reserve`. */
export async function freeSpaceAt(path: string, reserve = false): Promise<FreeSpace> {
  try {
    const [{ dev }, { bavail, bfree, bsize, ffree, files }] = await Promise.all([stat(path), statfs(path)]);
    const blocks = reserve ? bfree : bavail;
    return { filesystem: dev, path, bytes: blocks * bsize, inodes: files === 0 ? Number.POSITIVE_INFINITY : ffree };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT" || path === dirname(path)) throw error;
    return freeSpaceAt(dirname(path), reserve);
  }
}

/** What a snapshot into `folder` needs if nothing compresses, and what a restore needs beside every volume. */
export async function spaceRequirements(folder: string, volumes: readonly Volume[]): Promise<SpaceRequirement[]> {
  const sizes = await measureVolumes(volumes);
  const bytes = sizes.reduce((sum, size) => sum + size.bytes, 0);
  const snapshot = { what: "the snapshot", bytes, inodes: volumes.length + 3, free: await freeSpaceAt(folder) };
  const restores = volumes.map(async (volume, index) => ({
    what: `a restore of ${volume.name}`,
    ...sizes[index]!,
    free: await freeSpaceAt(dirname(volume.path)),
  }));
  return [snapshot, ...(await Promise.all(restores))];
}

/**
 * What a restore of `archived` (from a manifest) needs beside each volume, less what an interrupted one left there and
 * the restore removes first. `volumes` need not exist.
 */
export async function restoreRequirements(
  archived: readonly ManifestVolume[],
  volumes: readonly Volume[],
): Promise<SpaceRequirement[]> {
  const requirement = async ({ name, bytes, files }: ManifestVolume): Promise<SpaceRequirement[]> => {
    const path = volumes.find(volume => volume.name === name)?.path;
    if (path === undefined) return [];
    const left = await sizeOfPresent(name, [extractedPath(path), partialVolumePath(path)]);
    return [
      {
        what: `a restore of ${name}`,
        bytes: Math.max(0, bytes - left.bytes),
        inodes: Math.max(0, files - left.inodes),
        // A way back may use what is kept for root.
        free: await freeSpaceAt(dirname(path), true),
      },
    ];
  };
  return (await Promise.all(archived.map(requirement))).flat();
}

async function sizeOfPresent(name: string, paths: readonly string[]): Promise<TreeSize> {
  const present = await Promise.all(paths.map(async path => ((await exists(path)) ? [{ name, path }] : [])));
  const sizes = await measureVolumes(present.flat());
  return {
    bytes: sizes.reduce((sum, { bytes }) => sum + bytes, 0),
    inodes: sizes.reduce((sum, { inodes }) => sum + inodes, 0),
  };
}

/** One sentence per filesystem with too little space for the sum of its requirements; undefined if all have enough. */
export function spaceShortage(requirements: readonly SpaceRequirement[]): string | undefined {
  const byFilesystem = Map.groupBy(requirements, requirement => requirement.free.filesystem);
  const sentences = [...byFilesystem.values()].flatMap(shortagesOf);
  return sentences.length === 0 ? undefined : sentences.join("; ");
}

/** `requirements` are on one filesystem. */
function shortagesOf(requirements: readonly SpaceRequirement[]): string[] {
  const { path, ...free } = requirements[0]!.free;
  const what = requirements.map(requirement => requirement.what).join(" and ");
  const total = (field: "bytes" | "inodes") => requirements.reduce((sum, requirement) => sum + requirement[field], 0);
  const bytes = total("bytes");
  const inodes = total("inodes");
  const subject = `${what} ${requirements.length === 1 ? "needs" : "need"}`;
  return [
    ...(bytes > free.bytes
      ? [`${subject} ${megabytes(bytes)} on the filesystem of ${path}, ${megabytes(free.bytes)} are free`]
      : []),
    ...(inodes > free.inodes
      ? [`${subject} ${inodes} inodes on the filesystem of ${path}, ${free.inodes} are free`]
      : []),
  ];
}

// du fails when a file disappears under it, but still prints the sum.
async function tolerant(result: Promise<Result>): Promise<Result> {
  return result.catch((error: unknown) => {
    if (!(error instanceof ProgramError) || !/^\d/.test(error.result.stdout)) throw error;
    const lines = error.result.stderr.split("\n").filter(line => line !== "");
    if (lines.every(line => line.endsWith("No such file or directory"))) return error.result;
    throw error;
  });
}
