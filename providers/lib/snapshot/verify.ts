// Reads written archives back from their disk: readable, and equal to the volumes as they are now.
import { join } from "node:path";
import { compare, testArchive } from "./argv.ts";
import { groupResult, runGroup, type ChildOptions } from "./children.ts";
import { dropCache } from "./disk.ts";
import type { ManifestVolume } from "./manifest.ts";
import { ProgramError, type Result } from "../process/index.ts";
import { checksumOf } from "./checksum.ts";
import { monotonicNow, since } from "../time/index.ts";
import type { WrittenArchive } from "./write.ts";
import type { Volume } from "./volume.ts";

/** A snapshot that isn't what the volumes are. `archive`: it changed since it was written; `volume`: somebody wrote to the volume meanwhile. */
export class SnapshotMismatchError extends Error {
  override readonly name = "SnapshotMismatchError";
  readonly kind: "archive" | "volume";

  constructor(kind: "archive" | "volume", what: string, why: string, cause?: unknown) {
    super(`read back ${what}: ${why}`, { cause });
    this.kind = kind;
  }
}

/**
 * Decompresses each archive and compares it byte by byte with a second tar of its volume, both in the same order. Gives back their sums too,
 * of the files as they were read. Throws SnapshotMismatchError; ProgramError where a volume can't be read.
 */
export async function verifyArchives(
  directory: string,
  written: readonly WrittenArchive[],
  volumes: readonly Volume[],
  say: (line: string) => void,
  options: ChildOptions = {},
): Promise<ManifestVolume[]> {
  const start = monotonicNow();
  const verified: ManifestVolume[] = [];
  for (const [index, volume] of volumes.entries())
    verified.push(await verifyArchive(directory, written[index]!, volume, options));
  say(`snapshot read back and equal in ${since(start)}`);
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
  const [equal, sum] = await Promise.allSettled([
    compareWith(path, written, volume, options),
    checksumOf(path, options.signal),
  ]);
  if (equal.status === "rejected") throw equal.reason;
  if (sum.status === "rejected") throw sum.reason;
  const { sha256, bytes } = sum.value;
  if (bytes !== written.archiveBytes)
    throw new SnapshotMismatchError(
      "archive",
      written.archive,
      `it has ${bytes} bytes, and ${written.archiveBytes} were written`,
    );
  return { ...written, sha256 };
}

async function compareWith(
  path: string,
  { archive }: WrittenArchive,
  volume: Volume,
  options: ChildOptions,
): Promise<void> {
  const { exitCode, output: said } = await groupResult(
    "sh",
    compare(path, volume.path),
    `compare ${archive} with volume ${volume.name}`,
    options,
  );
  const [cmp, zstd, tar] = said;
  const unreadable = failure(zstd);
  if (unreadable) throw broken(archive, new ProgramError("zstd", `read archive ${archive}`, "failed", unreadable));
  const unread = failure(tar);
  if (unread) throw new ProgramError("tar", `read volume ${volume.name} again`, "failed", unread);
  if (exitCode === 0) return;
  if (exitCode !== 1)
    throw new ProgramError("cmp", `compare ${archive} with volume ${volume.name}`, "failed", {
      stdout: "",
      stderr: cmp,
      exitCode,
    });
  // zstd knows only at its end that what it gave was wrong, and had none.
  await runGroup("zstd", testArchive(path), `read archive ${archive}`, options).catch((error: unknown) => {
    throw error instanceof ProgramError ? broken(archive, error) : error;
  });
  throw new SnapshotMismatchError("volume", `volume ${volume.name}`, `it changed since it was written${place(cmp)}`);
}

/** What is left of a program in the pipeline that failed by itself. One that met a closed pipe (141) isn't to blame. */
function failure(said: string): Result | undefined {
  const [, stderr = "", code] = /^(.*)exit (\d+)\n$/s.exec(said) ?? [];
  return code === undefined || code === "141" ? undefined : { stdout: "", stderr, exitCode: Number(code) };
}

function broken(archive: string, error: ProgramError): SnapshotMismatchError {
  return new SnapshotMismatchError("archive", archive, error.message, error);
}

// `differ: char 5, line 1`, `differ: byte 5, line 1`, `EOF on - after byte 5, in line 1`
function place(cmp: string): string {
  const [, at] = /(?:char|byte) (\d+)/.exec(cmp) ?? [];
  return at === undefined ? `: ${cmp.trim()}` : `, at byte ${at} of its tar`;
}
