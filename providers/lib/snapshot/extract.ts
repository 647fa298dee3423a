// Extracts one archive beside the live volume, which it doesn't touch.
import { mkdir, rename } from "node:fs/promises";
import { dirname, join } from "node:path";
import { unpack } from "./argv.ts";
import { isNoSpace, runGroup, type ChildOptions } from "./children.ts";
import { exists, removeTree, syncFilesystem } from "./disk.ts";
import { syncPath } from "../fs/index.ts";
import type { ManifestVolume } from "./manifest.ts";
import { ProgramError } from "../process/index.ts";
import { checksumOf } from "./checksum.ts";
import { partialVolumePath, extractedPath } from "./swap.ts";

/** `no space`: free some and try again. `corrupt`: the archive isn't what was written. `no volume`: there is no place for it. */
export class ExtractError extends Error {
  override readonly name = "ExtractError";
  readonly kind: "no space" | "corrupt" | "no volume" | "failed";

  constructor(kind: ExtractError["kind"], volume: string, why: string, cause?: unknown) {
    super(`extract volume ${volume}: ${why}`, { cause });
    this.kind = kind;
  }
}

/**
 * Extracts `archived` from the snapshot in `snapshotDir` to `_data.hearth-new` beside `volumePath` (a `_data`, which need not exist):
 * under that name it is always whole, equal to its SHA-256 and on the disk. What an earlier try left is taken away first.
 * Throws ExtractError; then nothing new is left, and the live volume is as it was.
 */
export async function extract(
  snapshotDir: string,
  archived: ManifestVolume,
  volumePath: string,
  options: ChildOptions = {},
): Promise<void> {
  const parent = dirname(volumePath);
  const half = partialVolumePath(volumePath);
  if (!(await exists(parent)))
    throw new ExtractError("no volume", archived.name, `there is no ${parent}: it has to be made first`);
  await removeTree(half, options);
  await removeTree(extractedPath(volumePath), options);
  try {
    await mkdir(half, { mode: 0o700 });
    await unpackInto(half, join(snapshotDir, archived.archive), archived, options);
    await syncFilesystem(half);
    await rename(half, extractedPath(volumePath));
    await syncPath(parent);
  } catch (error) {
    await removeTree(half, options);
    options.signal?.throwIfAborted();
    if (error instanceof ExtractError) throw error;
    throw new ExtractError(kindOf(error), archived.name, error instanceof Error ? error.message : String(error), error);
  }
}

async function unpackInto(
  directory: string,
  archive: string,
  { name, sha256, archiveBytes }: ManifestVolume,
  options: ChildOptions,
): Promise<void> {
  const [unpacked, sum] = await Promise.allSettled([
    runGroup("tar", unpack(archive, directory), `write ${directory}`, options),
    checksumOf(archive, options.signal),
  ]);
  options.signal?.throwIfAborted();
  // What tar says of an archive that is broken says less.
  if (sum.status === "rejected")
    throw new ExtractError("corrupt", name, `${archive} can't be read: ${String(sum.reason)}`, sum.reason);
  const found = sum.value;
  if (found.sha256 !== sha256)
    throw new ExtractError(
      "corrupt",
      name,
      `SHA-256 of the ${found.bytes} bytes of ${archive} is ${found.sha256}; written were ${archiveBytes} of ${sha256}`,
    );
  if (unpacked.status === "rejected") throw unpacked.reason;
}

function kindOf(error: unknown): ExtractError["kind"] {
  if (isNoSpace(error)) return "no space";
  // What tar's zstd says of its input: `zstd: …` or, without its name, `/*stdin*\ : …`.
  return error instanceof ProgramError && /^(zstd: |\/\*stdin\*\\)/m.test(error.result.stderr) ? "corrupt" : "failed";
}
