// Extracts one archive beside the live volume, which it doesn't touch.
import { mkdir, rename } from "node:fs/promises";
import { dirname, join } from "node:path";
import { syncPath } from "../fs/index.ts";
import { ProgramError } from "../process/index.ts";
import { errorMessage } from "../text.ts";
import { unpack } from "./argv.ts";
import { checksumOf } from "./checksum.ts";
import { isNoSpace, runGroup, type ChildOptions } from "./children.ts";
import { exists, removeTree, syncFilesystem } from "./disk.ts";
import type { ManifestVolume } from "./manifest.ts";
import { extractedPath, partialVolumePath } from "./swap.ts";

/**
 * `no space`: free some and retry. `corrupt`: the archive isn't as written. `no volume`: the volume's directory doesn't
 * exist.
 */
export class ExtractError extends Error {
  override readonly name = "ExtractError";
  readonly kind: "no space" | "corrupt" | "no volume" | "failed";

  constructor(kind: ExtractError["kind"], volume: string, why: string, cause?: unknown) {
    super(`extract volume ${volume}: ${why}`, { cause });
    this.kind = kind;
  }
}

/**
 * Extracts `archived` from the snapshot in `snapshotDir` to `_data.hearth-new` beside `volumePath` (a `_data`, which
 * need not exist). Under that name it is always complete, verified by its SHA-256, and on the disk. Replaces what an
 * earlier attempt left. Throws ExtractError; then it leaves nothing new, and the live volume is unchanged.
 */
export async function extract(
  snapshotDir: string,
  archived: ManifestVolume,
  volumePath: string,
  options: ChildOptions = {},
): Promise<void> {
  const parent = dirname(volumePath);
  const partial = partialVolumePath(volumePath);
  if (!(await exists(parent)))
    throw new ExtractError("no volume", archived.name, `${parent} not found: create the volume first`);
  await removeTree(partial, options);
  await removeTree(extractedPath(volumePath), options);
  try {
    await mkdir(partial, { mode: 0o700 });
    await unpackInto(partial, join(snapshotDir, archived.archive), archived, options);
    await syncFilesystem(partial);
    await rename(partial, extractedPath(volumePath));
    await syncPath(parent);
  } catch (error) {
    // What failed says more than a removal that fails after it.
    const left = await removeTree(partial, options).then(
      () => "",
      (problem: unknown) => `; ${errorMessage(problem)}`,
    );
    options.signal?.throwIfAborted();
    if (error instanceof ExtractError && left === "") throw error;
    const kind = error instanceof ExtractError ? error.kind : kindOf(error);
    throw new ExtractError(kind, archived.name, `${errorMessage(error)}${left}`, error);
  }
}

async function unpackInto(
  directory: string,
  archive: string,
  { name, sha256, archiveBytes }: ManifestVolume,
  options: ChildOptions,
): Promise<void> {
  const [unpacked, checksum] = await Promise.allSettled([
    runGroup("tar", unpack(archive, directory), `write ${directory}`, options),
    checksumOf(archive, options.signal),
  ]);
  options.signal?.throwIfAborted();
  // The checksum first: it explains a corrupt archive better than tar does.
  if (checksum.status === "rejected")
    throw new ExtractError("corrupt", name, `cannot read ${archive}: ${String(checksum.reason)}`, checksum.reason);
  const actual = checksum.value;
  if (actual.sha256 !== sha256)
    throw new ExtractError(
      "corrupt",
      name,
      `${archive}: expected ${archiveBytes} bytes, SHA-256 ${sha256}; got ${actual.bytes} bytes, ${actual.sha256}`,
    );
  if (unpacked.status === "rejected") throw unpacked.reason;
}

function kindOf(error: unknown): ExtractError["kind"] {
  if (isNoSpace(error)) return "no space";
  // tar's zstd reports bad input as `zstd: …` or, without its name, `/*stdin*\ : …`.
  return error instanceof ProgramError && /^(zstd: |\/\*stdin\*\\)/m.test(error.result.stderr) ? "corrupt" : "failed";
}
