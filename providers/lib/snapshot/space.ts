// What a snapshot and a restore would need of each filesystem, and what is there.
import { stat, statfs } from "node:fs/promises";
import { dirname } from "node:path";
import { ProgramError, type Result, run } from "../process/index.ts";
import { diskUse, inodeUse } from "./argv.ts";
import { megabytes } from "../text.ts";
import type { Volume } from "./volume.ts";

export interface TreeSize {
  readonly bytes: number;
  readonly inodes: number;
}

export interface FreeSpace {
  /** Two rooms with the same number are one. */
  readonly filesystem: number;
  /** Where it was looked for. */
  readonly path: string;
  /** Free to those who aren't root: the rest is the system's reserve. */
  readonly bytes: number;
  /** Infinite where the filesystem has no fixed number of them. */
  readonly inodes: number;
}

/** Something that wants to be written (`the snapshot`), and where. */
export interface SpaceRequirement extends TreeSize {
  readonly what: string;
  readonly free: FreeSpace;
}

/** What each volume's tree takes, in their order. A tree in use may lose files meanwhile; one that isn't there fails with ProgramError. */
export async function measureVolumes(volumes: readonly Volume[]): Promise<TreeSize[]> {
  return Promise.all(volumes.map(measureVolume));
}

export async function measureVolume({ name, path }: Volume): Promise<TreeSize> {
  const du = async (argv: string[]) =>
    Number.parseInt((await tolerant(run("du", argv, `measure volume ${name}`, { env: { LC_ALL: "C" } }))).stdout, 10);
  return { bytes: await du(diskUse(path)), inodes: await du(inodeUse(path)) };
}

/** What is free where `path` is, or will be: the nearest directory above it that exists. */
export async function freeSpaceAt(path: string): Promise<FreeSpace> {
  try {
    const [{ dev }, { bavail, bsize, ffree, files }] = await Promise.all([stat(path), statfs(path)]);
    return { filesystem: dev, path, bytes: bavail * bsize, inodes: files === 0 ? Number.POSITIVE_INFINITY : ffree };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT" || path === dirname(path)) throw error;
    return freeSpaceAt(dirname(path));
  }
}

/** Demands of a snapshot into `folder` as if nothing could be compressed, and of a restore beside every volume. */
export async function spaceRequirements(folder: string, volumes: readonly Volume[]): Promise<SpaceRequirement[]> {
  const all = await measureVolumes(volumes);
  const bytes = all.reduce((sum, need) => sum + need.bytes, 0);
  const snapshot = { what: "the snapshot", bytes, inodes: volumes.length + 3, free: await freeSpaceAt(folder) };
  const restores = volumes.map(async (volume, index) => ({
    what: `a restore of ${volume.name}`,
    ...all[index]!,
    free: await freeSpaceAt(dirname(volume.path)),
  }));
  return [snapshot, ...(await Promise.all(restores))];
}

/** A sentence for every filesystem that has too little for all that is wanted of it; undefined where there is enough. */
export function spaceShortage(wanted: readonly SpaceRequirement[]): string | undefined {
  const sentences = [...Map.groupBy(wanted, demand => demand.free.filesystem).values()].flatMap(shortOn);
  return sentences.length === 0 ? undefined : sentences.join("; ");
}

function shortOn(wanted: readonly SpaceRequirement[]): string[] {
  const { path, ...free } = wanted[0]!.free;
  const what = wanted.map(demand => demand.what).join(" and ");
  const total = (of: "bytes" | "inodes") => wanted.reduce((sum, demand) => sum + demand[of], 0);
  const bytes = total("bytes");
  const inodes = total("inodes");
  const need = wanted.length === 1 ? "needs" : "need";
  return [
    ...(bytes > free.bytes
      ? [`on the filesystem of ${path} ${what} ${need} ${megabytes(bytes)}, and ${megabytes(free.bytes)} are free`]
      : []),
    ...(inodes > free.inodes
      ? [`on the filesystem of ${path} ${what} ${need} ${inodes} inodes, and ${free.inodes} are free`]
      : []),
  ];
}

// du fails when a file goes away under it, and still says the sum.
async function tolerant(result: Promise<Result>): Promise<Result> {
  return result.catch((error: unknown) => {
    if (!(error instanceof ProgramError) || !/^\d/.test(error.result.stdout)) throw error;
    const lines = error.result.stderr.split("\n").filter(line => line !== "");
    if (lines.every(line => line.endsWith("No such file or directory"))) return error.result;
    throw error;
  });
}
