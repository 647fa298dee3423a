// Lists an app's snapshots and checks that one can be restored, without a change.
import { join } from "node:path";
import { ProgramError } from "../process/index.ts";
import { errorMessage } from "../text.ts";
import type { ChildOptions } from "./children.ts";
import { checksumOf, sha256Of } from "./checksum.ts";
import { dropCache } from "./disk.ts";
import { type Manifest, ManifestError, readEnv, readManifestIn, type StoredSnapshot } from "./manifest.ts";

/** A snapshot as found on the disk: with its manifest, or with the reason why that can't be read. */
export type ListedSnapshot =
  | (StoredSnapshot & { readonly damage?: undefined })
  | { readonly path: string; readonly manifest?: undefined; readonly damage: string };

/** The app's snapshots, newest first. `folder` is <stateDir>/apps/<app>. */
export async function listSnapshots(folder: string): Promise<ListedSnapshot[]> {
  const listed: ListedSnapshot[] = [];
  // `snapshot.next` is verified, but its commit was interrupted.
  for (const name of ["snapshot.next", "snapshot", "snapshot.previous"]) {
    const path = join(folder, name);
    try {
      const manifest = await readManifestIn(path);
      if (manifest) listed.push({ path, manifest });
    } catch (error) {
      if (!(error instanceof ManifestError)) throw error;
      listed.push({ path, damage: error.message });
    }
  }
  return listed;
}

/**
 * Reads every archive and the .env from the disk. Returns why they can't be restored; undefined if they are as they
 * were written. Throws if they can't be read for a reason of this process.
 */
export async function damageOf(
  { path, manifest, damage }: ListedSnapshot,
  options: ChildOptions = {},
): Promise<string | undefined> {
  if (!manifest) return damage;
  try {
    const env = await readEnv(path);
    if (manifest.envSha256 !== undefined && sha256Of(env) !== manifest.envSha256) return "its .env has changed";
    for (const volume of manifest.volumes) {
      const fault = await archiveFault(path, volume, options);
      if (fault !== undefined) return fault;
    }
  } catch (error) {
    options.signal?.throwIfAborted();
    if (isOfThisProcess(error)) throw error;
    return errorMessage(error);
  }
  return undefined;
}

/** No descriptor or memory is left, or a program isn't found: that says nothing about the snapshot. */
function isOfThisProcess(error: unknown): boolean {
  const { code = "" } = error as NodeJS.ErrnoException;
  return error instanceof ProgramError || ["EMFILE", "ENFILE", "ENOMEM"].includes(code);
}

async function archiveFault(
  directory: string,
  { archive, sha256, archiveBytes }: Manifest["volumes"][number],
  { signal }: ChildOptions,
): Promise<string | undefined> {
  const path = join(directory, archive);
  await dropCache(path);
  const found = await checksumOf(path, signal);
  if (found.bytes !== archiveBytes) return `${archive} has ${found.bytes} bytes, expected ${archiveBytes}`;
  return found.sha256 === sha256 ? undefined : `${archive} has SHA-256 ${found.sha256}, expected ${sha256}`;
}
