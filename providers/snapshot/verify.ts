// Reads a written snapshot back from its disk: as it was written, and equal to the volumes as they are now.
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { pipeline } from "node:stream/promises";
import { decompress, pack } from "./argv.ts";
import { withChildren, type ChildOptions } from "./children.ts";
import { compare } from "./compare.ts";
import { dropCache } from "./disk.ts";
import { hashing } from "./hashing.ts";
import { manifestIn, readEnv, type Manifest, type ManifestVolume } from "./manifest.ts";
import { ProgramError } from "../program/run.ts";
import { since } from "./words.ts";
import type { Content, Volume } from "./write.ts";

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
 * Decompresses each archive and compares it byte by byte with a second tar of its volume; `written` is compared with the manifest on the disk.
 * Throws SnapshotMismatchError; ProgramError where a volume can't be read; ManifestError.
 */
export async function verifySnapshot(
  directory: string,
  { volumes, env, say }: Pick<Content, "volumes" | "env" | "say">,
  written: Manifest,
  options: ChildOptions = {},
): Promise<void> {
  const start = Date.now();
  const manifest = await manifestIn(directory);
  if (!isDeepStrictEqual(manifest, written) || (await readEnv(directory)) !== env)
    throw new SnapshotMismatchError("archive", "env and manifest", "not as they were written");
  if (written.volumes.map(volume => volume.name).join() !== volumes.map(volume => volume.name).join())
    throw new SnapshotMismatchError("archive", "manifest", "its volumes aren't the app's");
  for (const [index, volume] of volumes.entries()) await verifyArchive(directory, written.volumes[index]!, volume, options);
  say(`snapshot read back and equal in ${since(start)}`);
}

async function verifyArchive(directory: string, archived: ManifestVolume, volume: Volume, options: ChildOptions): Promise<void> {
  const path = join(directory, archived.archive);
  await dropCache(path);
  const difference = await withChildren(options, async ({ source }) => {
    const zstd = source("zstd", decompress(path), `read archive ${archived.archive}`);
    const tar = source("tar", pack(volume.path), `read volume ${volume.name} again`);
    const found = await compare(zstd.out, tar.out);
    await readable(zstd.done, archived);
    // A tar that stopped says itself why.
    if (!found || found.ended) await tar.done;
    return found;
  });
  // Equal to the volume as it is: then it is what was hashed while it was written, and isn't hashed again, which costs more than all else.
  if (!difference) return;
  const { sha256, bytes } = await hashed(path, archived, options);
  if (sha256 !== archived.sha256)
    throw new SnapshotMismatchError("archive", archived.archive, `SHA-256 of its ${bytes} bytes is ${sha256}, written was ${archived.sha256}`);
  throw new SnapshotMismatchError("volume", `volume ${volume.name}`, `it changed since it was written, at byte ${difference.at} of its tar`);
}

/** The archive's sum, from the disk once more. */
async function hashed(path: string, archived: ManifestVolume, options: ChildOptions) {
  return withChildren(options, async ({ source }) => {
    const zstd = source("zstd", decompress(path), `read archive ${archived.archive}`);
    const { tap, digest } = hashing();
    await pipeline(zstd.out, tap, async function (all: AsyncIterable<Buffer>) {
      for await (const chunk of all) void chunk; // only its sum is wanted
    });
    await readable(zstd.done, archived);
    return digest();
  });
}

async function readable(done: Promise<string>, { archive }: ManifestVolume): Promise<void> {
  await done.catch((error: ProgramError) => {
    throw new SnapshotMismatchError("archive", archive, error.message, error);
  });
}
