// Reads a written snapshot back from its disk: as it was written, and equal to the volumes as they are now.
import { join } from "node:path";
import { pipeline } from "node:stream";
import { decompress, pack } from "./argv.ts";
import { withChildren, type ChildOptions } from "./children.ts";
import { compare } from "./compare.ts";
import { dropCache } from "./disk.ts";
import { hashing } from "./hashing.ts";
import { manifestIn, readEnv, type ManifestVolume } from "./manifest.ts";
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
 * Decompresses each archive, hashes it, and compares it byte by byte with a second tar of its volume.
 * Throws SnapshotMismatchError; ProgramError where a volume can't be read; ManifestError.
 */
export async function verifySnapshot(
  directory: string,
  { volumes, env, say }: Pick<Content, "volumes" | "env" | "say">,
  options: ChildOptions = {},
): Promise<void> {
  const start = Date.now();
  const manifest = await manifestIn(directory);
  if (!manifest || (await readEnv(directory)) !== env) throw new SnapshotMismatchError("archive", "env and manifest", "not as they were written");
  if (manifest.volumes.map(volume => volume.name).join() !== volumes.map(volume => volume.name).join())
    throw new SnapshotMismatchError("archive", "manifest", "its volumes aren't the app's");
  for (const [index, volume] of volumes.entries()) await verifyArchive(directory, manifest.volumes[index]!, volume, options);
  say(`snapshot read back and equal in ${since(start)}`);
}

async function verifyArchive(directory: string, archived: ManifestVolume, volume: Volume, options: ChildOptions): Promise<void> {
  const path = join(directory, archived.archive);
  await dropCache(path);
  await withChildren(options, async ({ source }) => {
    const zstd = source("zstd", decompress(path), `read archive ${archived.archive}`);
    const tar = source("tar", pack(volume.path), `read volume ${volume.name} again`);
    const { tap, digest } = hashing();
    const difference = await compare(
      pipeline(zstd.out, tap, () => undefined),
      tar.out,
    );
    await zstd.done.catch((error: ProgramError) => {
      throw new SnapshotMismatchError("archive", archived.archive, error.message, error);
    });
    const { sha256, bytes } = digest();
    if (sha256 !== archived.sha256)
      throw new SnapshotMismatchError("archive", archived.archive, `SHA-256 of its ${bytes} bytes is ${sha256}, written was ${archived.sha256}`);
    // A tar that stopped says itself why.
    if (!difference || difference.ended) await tar.done;
    if (difference) throw new SnapshotMismatchError("volume", `volume ${volume.name}`, `it changed since it was written, at byte ${difference.at} of its tar`);
  });
}
