// Reads written archives back from the disk: each must be readable and equal to its volume as it is now.
import { join } from "node:path";
import { ProgramError, type Result } from "../process/index.ts";
import { monotonicNow, since } from "../time/index.ts";
import { compare, testArchive } from "./argv.ts";
import { checksumOf } from "./checksum.ts";
import { groupResult, runGroup, type ChildOptions } from "./children.ts";
import { dropCache } from "./disk.ts";
import type { ManifestVolume } from "./manifest.ts";
import type { Volume } from "./volume.ts";
import type { WrittenArchive } from "./write.ts";

/**
 * A snapshot that differs from its volumes. `archive`: the archive changed after it was written; `volume`: something
 * wrote to the volume.
 */
export class SnapshotMismatchError extends Error {
  override readonly name = "SnapshotMismatchError";
  readonly kind: "archive" | "volume";

  constructor(kind: "archive" | "volume", what: string, why: string, cause?: unknown) {
    super(`read back ${what}: ${why}`, { cause });
    this.kind = kind;
  }
}

/**
 * Decompresses each archive, compares it byte by byte with a second tar of its volume (same order in both lists), and
 * returns it with the checksum of the file as read. Throws SnapshotMismatchError, or ProgramError if a volume can't be
 * read.
 */
export async function verifyArchives(
  directory: string,
  written: readonly WrittenArchive[],
  volumes: readonly Volume[],
  log: (line: string) => void,
  options: ChildOptions = {},
): Promise<ManifestVolume[]> {
  const start = monotonicNow();
  const verified: ManifestVolume[] = [];
  for (const [index, volume] of volumes.entries())
    verified.push(await verifyArchive(directory, written[index]!, volume, options));
  log(`snapshot read back and equal in ${since(start)}`);
  return verified;
}

async function verifyArchive(
  directory: string,
  written: WrittenArchive,
  volume: Volume,
  options: ChildOptions,
): Promise<ManifestVolume> {
  const path = join(directory, written.archive);
  await dropCache(path);
  const [comparison, checksum] = await Promise.allSettled([
    compareWith(path, written, volume, options),
    checksumOf(path, options.signal),
  ]);
  if (comparison.status === "rejected") throw comparison.reason;
  if (checksum.status === "rejected") throw checksum.reason;
  const { sha256, bytes } = checksum.value;
  if (bytes !== written.archiveBytes)
    throw new SnapshotMismatchError(
      "archive",
      written.archive,
      `expected the ${written.archiveBytes} bytes that were written, got ${bytes}`,
    );
  return { ...written, sha256 };
}

async function compareWith(
  path: string,
  { archive }: WrittenArchive,
  volume: Volume,
  options: ChildOptions,
): Promise<void> {
  const what = `compare ${archive} with volume ${volume.name}`;
  const { exitCode, output } = await groupResult("sh", compare(path, volume.path), what, options);
  const [cmp, zstd, tar] = output;
  const unreadable = failureOf(zstd);
  if (unreadable) throw damaged(archive, new ProgramError("zstd", `read archive ${archive}`, "failed", unreadable));
  const unread = failureOf(tar);
  if (unread) throw new ProgramError("tar", `read volume ${volume.name} again`, "failed", unread);
  if (exitCode === 0) return;
  if (exitCode !== 1) throw new ProgramError("cmp", what, "failed", { stdout: "", stderr: cmp, exitCode });
  // cmp stopped zstd before it reached its checksum: test the archive alone before blaming the volume.
  await runGroup("zstd", testArchive(path), `read archive ${archive}`, options).catch((error: unknown) => {
    throw error instanceof ProgramError ? damaged(archive, error) : error;
  });
  throw new SnapshotMismatchError("volume", `volume ${volume.name}`, `it changed since it was written${placeIn(cmp)}`);
}

/** The result of a program in the pipeline that failed; undefined for one that only met a closed pipe (141). */
function failureOf(output: string): Result | undefined {
  const [, stderr = "", code] = /^(.*)exit (\d+)\n$/s.exec(output) ?? [];
  return code === undefined || code === "141" ? undefined : { stdout: "", stderr, exitCode: Number(code) };
}

function damaged(archive: string, error: ProgramError): SnapshotMismatchError {
  return new SnapshotMismatchError("archive", archive, error.message, error);
}

// `differ: char 5, line 1`, `differ: byte 5, line 1`, `EOF on - after byte 5, in line 1`
function placeIn(cmp: string): string {
  const [, at] = /(?:char|byte) (\d+)/.exec(cmp) ?? [];
  return at === undefined ? `: ${cmp.trim()}` : `, at byte ${at} of its tar`;
}
