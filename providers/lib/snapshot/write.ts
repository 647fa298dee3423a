// Writes the archives of volumes into a new directory and syncs them.
import { fstatSync } from "node:fs";
import { mkdir, open } from "node:fs/promises";
import { join } from "node:path";
import { ProgramError } from "../process/index.ts";
import { megabytes } from "../text.ts";
import { monotonicNow, since } from "../time/index.ts";
import { archive } from "./argv.ts";
import { groupResult, type ChildOptions } from "./children.ts";
import { syncFilesystem } from "./disk.ts";
import type { ManifestVolume } from "./manifest.ts";
import { measureVolume } from "./space.ts";
import type { Volume } from "./volume.ts";

export interface WriteOptions extends ChildOptions {
  /** Milliseconds between two progress lines. Default: 5,000. */
  readonly progressInterval?: number | undefined;
}

/** An archive that was not read back yet. */
export type WrittenArchive = Omit<ManifestVolume, "sha256">;

/**
 * Writes an archive of every volume into the new directory `directory` and syncs each. Throws ProgramError with the
 * output of tar and zstd; the caller removes the partial directory.
 */
export async function writeArchives(
  directory: string,
  volumes: readonly Volume[],
  log: (line: string) => void,
  options: WriteOptions = {},
): Promise<WrittenArchive[]> {
  const start = monotonicNow();
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const written: WrittenArchive[] = [];
  for (const volume of volumes) written.push(await writeArchive(directory, volume, log, options));
  log(`snapshot ${megabytes(sum(written, "bytes"))} → ${megabytes(sum(written, "archiveBytes"))} in ${since(start)}`);
  return written;
}

async function writeArchive(
  directory: string,
  volume: Volume,
  log: (line: string) => void,
  options: WriteOptions,
): Promise<WrittenArchive> {
  // Some filesystems report holes only after the data is on the disk: sync, so that both tars see the same holes.
  await syncFilesystem(volume.path);
  const { inodes } = await measureVolume(volume);
  const name = `${volume.name}.tar.zst`;
  const path = join(directory, name);
  // tar writes into the existing file and keeps its mode.
  const file = await open(path, "wx", 0o600);
  const progress = logProgress(file.fd, volume, log, options.progressInterval);
  try {
    const { bytes, messages } = await runTar(volume, path, options);
    // For example sockets, which tar names and skips.
    for (const line of messages) log(`snapshot of ${volume.name}: ${line}`);
    await file.sync();
    return { name: volume.name, archive: name, bytes, archiveBytes: (await file.stat()).size, files: inodes };
  } finally {
    clearInterval(progress);
    await file.close();
  }
}

function logProgress(fd: number, volume: Volume, log: (line: string) => void, interval = 5_000): NodeJS.Timeout {
  const start = monotonicNow();
  // Synchronous, so that no line is printed after the end.
  const line = () => {
    const seconds = Math.round((monotonicNow() - start) / 1000);
    log(`snapshot of ${volume.name}: ${megabytes(fstatSync(fd).size)} written after ${seconds} s`);
  };
  return setInterval(line, interval).unref();
}

interface TarResult {
  /** Bytes of the tar stream. */
  readonly bytes: number;
  readonly messages: readonly string[];
}

async function runTar(volume: Volume, path: string, options: ChildOptions): Promise<TarResult> {
  const what = `archive volume ${volume.name}`;
  const { exitCode, output } = await groupResult("tar", archive(volume.path, path), what, options);
  const lines = output[1].split("\n").filter(line => line !== "");
  const total = lines.find(line => line.startsWith("Total bytes written: "));
  const messages = lines.filter(line => line !== total);
  if (exitCode !== 0 || total === undefined)
    throw new ProgramError("tar", what, "failed", { stdout: "", stderr: messages.join("\n"), exitCode });
  return { bytes: Number.parseInt(total.slice("Total bytes written: ".length), 10), messages };
}

function sum(written: readonly WrittenArchive[], field: "bytes" | "archiveBytes"): number {
  return written.reduce((total, each) => total + each[field], 0);
}
