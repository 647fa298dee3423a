// Writes the archives of volumes into a directory of their own and puts them on the disk.
import { fstatSync } from "node:fs";
import { mkdir, open } from "node:fs/promises";
import { join } from "node:path";
import { archive } from "./argv.ts";
import { groupResult, type ChildOptions } from "./children.ts";
import { syncFilesystem } from "./disk.ts";
import type { ManifestVolume } from "./manifest.ts";
import { ProgramError } from "../process/index.ts";
import { measureVolume } from "./space.ts";
import { megabytes } from "../text.ts";
import { monotonicNow, since } from "../time/index.ts";
import type { Volume } from "./volume.ts";

export interface WriteOptions extends ChildOptions {
  /** Milliseconds between two lines of progress. Default: 5 seconds. */
  readonly progressInterval?: number | undefined;
}

/** An archive that nobody has read back. */
export type WrittenArchive = Omit<ManifestVolume, "sha256">;

/**
 * Writes an archive of every volume into the new directory `directory`, each of them synced.
 * Throws ProgramError with tar's and zstd's own words; a half-written directory is left to the caller.
 */
export async function writeArchives(
  directory: string,
  volumes: readonly Volume[],
  say: (line: string) => void,
  options: WriteOptions = {},
): Promise<WrittenArchive[]> {
  const start = monotonicNow();
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const written: WrittenArchive[] = [];
  for (const volume of volumes) written.push(await writeArchive(directory, volume, say, options));
  say(`snapshot ${megabytes(sum(written, "bytes"))} → ${megabytes(sum(written, "archiveBytes"))} in ${since(start)}`);
  return written;
}

async function writeArchive(
  directory: string,
  volume: Volume,
  say: (line: string) => void,
  options: WriteOptions,
): Promise<WrittenArchive> {
  // Some filesystems know what is a hole only once it is written: both tars shall see the same.
  await syncFilesystem(volume.path);
  const { inodes } = await measureVolume(volume);
  const name = `${volume.name}.tar.zst`;
  const path = join(directory, name);
  // tar writes into the file that is there, and leaves its mode.
  const file = await open(path, "wx", 0o600);
  const progress = sayProgress(file.fd, volume, say, options.progressInterval);
  try {
    const { bytes, said } = await runTar(volume, path, options);
    // Sockets, which nothing can archive, are named here and passed over.
    for (const line of said) say(`snapshot of ${volume.name}: ${line}`);
    await file.sync();
    return { name: volume.name, archive: name, bytes, archiveBytes: (await file.stat()).size, files: inodes };
  } finally {
    clearInterval(progress);
    await file.close();
  }
}

function sayProgress(fd: number, volume: Volume, say: (line: string) => void, every = 5_000): NodeJS.Timeout {
  const start = monotonicNow();
  // What is asked for at once can't be said after the end.
  const line = () =>
    say(
      `snapshot of ${volume.name}: ${megabytes(fstatSync(fd).size)} written after ${Math.round((monotonicNow() - start) / 1000)} s`,
    );
  return setInterval(line, every).unref();
}

/** What tar counted, and what else it said. */
async function runTar(
  volume: Volume,
  path: string,
  options: ChildOptions,
): Promise<{ readonly bytes: number; readonly said: readonly string[] }> {
  const what = `archive volume ${volume.name}`;
  const { exitCode, output: said } = await groupResult("tar", archive(volume.path, path), what, options);
  const lines = said[1].split("\n").filter(line => line !== "");
  const counted = lines.find(line => line.startsWith("Total bytes written: "));
  const rest = lines.filter(line => line !== counted);
  if (exitCode !== 0 || counted === undefined)
    throw new ProgramError("tar", what, "failed", { stdout: "", stderr: rest.join("\n"), exitCode });
  return { bytes: Number.parseInt(counted.slice("Total bytes written: ".length), 10), said: rest };
}

function sum(written: readonly WrittenArchive[], what: "bytes" | "archiveBytes"): number {
  return written.reduce((total, one) => total + one[what], 0);
}
