// Writes a snapshot's files into a directory of its own and puts them on the disk.
import { mkdir, open } from "node:fs/promises";
import { dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { compress, pack } from "./argv.ts";
import { withChildren, type ChildOptions } from "./children.ts";
import { syncFilesystem, writeSynced } from "./disk.ts";
import { syncPath } from "../disk/sync.ts";
import { hashing } from "./hashing.ts";
import { envPath, format, manifestPath, type About, type Manifest, type ManifestVolume } from "./manifest.ts";
import { needsOf } from "./space.ts";
import { megabytes, since } from "./words.ts";

export interface Volume {
  /** Docker's name of it. */
  readonly name: string;
  /** Absolute path of its `_data`. */
  readonly path: string;
}

export interface Content {
  /** A plain name, unlike that of any other snapshot of the app. */
  readonly id: string;
  readonly about: About;
  /** Text of the app's .env. */
  readonly env: string;
  readonly volumes: readonly Volume[];
  readonly say: (line: string) => void;
}

/**
 * Writes an archive of every volume, `env` and, last, `manifest.json` into the new directory `directory`, all of it synced.
 * Throws ProgramError with tar's or zstd's own words; a half-written directory is left to the caller.
 */
export async function writeSnapshot(directory: string, { id, about, env, volumes, say }: Content, options: ChildOptions = {}): Promise<Manifest> {
  const start = Date.now();
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const archived: ManifestVolume[] = [];
  for (const volume of volumes) archived.push(await writeArchive(directory, volume, say, options));
  const { app, recipe, version, images } = about;
  const manifest: Manifest = { format, id, app, recipe, version, images, taken: new Date(start).toISOString(), volumes: archived };
  await writeSynced(envPath(directory), env);
  await writeSynced(manifestPath(directory), `${JSON.stringify(manifest, undefined, 2)}\n`);
  await syncPath(directory);
  await syncPath(dirname(directory));
  say(`snapshot ${megabytes(sum(archived, "bytes"))} → ${megabytes(sum(archived, "archiveBytes"))} in ${since(start)}`);
  return manifest;
}

async function writeArchive(directory: string, volume: Volume, say: Content["say"], options: ChildOptions): Promise<ManifestVolume> {
  // Some filesystems know what is a hole only once it is written: both tars shall see the same.
  await syncFilesystem(volume.path);
  const { inodes } = await needsOf(volume);
  const archive = `${volume.name}.tar.zst`;
  const file = await open(join(directory, archive), "wx", 0o600);
  try {
    const { sha256, bytes, said } = await stream(volume, file.fd, options);
    // Sockets, which nothing can archive, are named here and passed over.
    if (said !== "") said.split("\n").forEach(line => say(`snapshot of ${volume.name}: ${line}`));
    await file.sync();
    return { name: volume.name, archive, bytes, archiveBytes: (await file.stat()).size, files: inodes, sha256 };
  } finally {
    await file.close();
  }
}

async function stream(volume: Volume, fd: number, options: ChildOptions): Promise<{ sha256: string; bytes: number; said: string }> {
  return withChildren(options, async ({ source, sink }) => {
    const tar = source("tar", pack(volume.path), `read volume ${volume.name}`);
    const zstd = sink("zstd", compress(), `write archive of volume ${volume.name}`, fd);
    const { tap, digest } = hashing();
    await pipeline(tar.out, tap, zstd.in, { end: false });
    const said = await tar.done;
    zstd.in.end();
    await zstd.done;
    return { ...digest(), said };
  });
}

function sum(volumes: readonly ManifestVolume[], what: "bytes" | "archiveBytes"): number {
  return volumes.reduce((total, volume) => total + volume[what], 0);
}
