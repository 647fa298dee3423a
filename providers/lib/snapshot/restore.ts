// Restores a snapshot's data: extracts every volume before it swaps the first.
import { chmod, mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { syncPath } from "../fs/index.ts";
import { megabytes } from "../text.ts";
import { monotonicNow, since } from "../time/index.ts";
import type { ChildOptions } from "./children.ts";
import { exists, removeTree } from "./disk.ts";
import { extract } from "./extract.ts";
import type { Manifest, ManifestVolume, StoredSnapshot } from "./manifest.ts";
import { extractedPath, swap, swapState } from "./swap.ts";
import type { Volume } from "./volume.ts";

interface RestoreOptions extends ChildOptions {
  /** From `findSnapshot`. */
  readonly snapshot: StoredSnapshot;
  /** Id of this restore: with the same id an interrupted restore is resumed, with another it starts over. */
  readonly id: string;
  /** The app's current volumes, which nothing may use meanwhile. */
  readonly volumes: readonly Volume[];
  readonly log: (line: string) => void;
}

class RestoreError extends Error {
  override readonly name = "RestoreError";
}

/**
 * Restores a snapshot; needs the app's lock. The replaced volumes stay beside the live ones until `removeLeftovers`. A
 * volume that the snapshot doesn't know is set aside in the same way, and empty then; one that existed but wasn't
 * archived stays unchanged. Throws RestoreError if the app lacks one of the snapshot's volumes, ExtractError with no
 * volume changed, SwapError.
 */
export async function restoreSnapshot({ snapshot, id, volumes, log, ...options }: RestoreOptions): Promise<void> {
  const start = monotonicNow();
  const pairs = snapshot.manifest.volumes.map(archived => ({ archived, path: pathOf(archived, volumes) }));
  const { newer, kept } = unarchived(snapshot.manifest, volumes);
  for (const { name } of kept) log(`volume ${name} isn't in the snapshot and stays unchanged`);
  for (const { name } of newer) log(`volume ${name} didn't exist at the time of the snapshot; its data is set aside`);
  const paths = [...pairs, ...newer].map(({ path }) => path);
  // The first swap came after the last extraction: what waits beside a volume is this restore's, whole and verified.
  const extracted = await isRestoreStarted(paths, id);
  const isReady = async (path: string) =>
    (await swapState(path, id)) !== "live" || (extracted && (await exists(extractedPath(path))));
  for (const { archived, path } of pairs)
    if (!(await isReady(path))) await extract(snapshot.path, archived, path, options);
  for (const { path } of newer) if (!(await isReady(path))) await makeEmpty(path, options);
  for (const path of paths) await swap(path, id);
  const total = (field: "bytes" | "archiveBytes") => pairs.reduce((sum, { archived }) => sum + archived[field], 0);
  log(`restored ${megabytes(total("archiveBytes"))} → ${megabytes(total("bytes"))} in ${since(start)}`);
}

/** Whether the restore `id` has begun to replace one of the volumes: all are extracted then. */
export async function isRestoreStarted(volumePaths: readonly string[], id: string): Promise<boolean> {
  const states = await Promise.all(volumePaths.map(path => swapState(path, id)));
  return states.some(state => state !== "live");
}

/** Pure. `newer`: volumes that didn't exist when the snapshot was taken. `kept`: all others without an archive. */
export function unarchived(
  { volumes: archived, others }: Pick<Manifest, "others"> & { readonly volumes: readonly { readonly name: string }[] },
  volumes: readonly Volume[],
): { newer: Volume[]; kept: Volume[] } {
  const rest = volumes.filter(({ name }) => !archived.some(volume => volume.name === name));
  // A snapshot of an earlier hearth doesn't record what else existed.
  const isNewer = ({ name }: Volume) => others !== undefined && !others.includes(name);
  return { newer: rest.filter(isNewer), kept: rest.filter(volume => !isNewer(volume)) };
}

/** Waits beside the volume for its swap: an empty directory as Docker makes it. */
async function makeEmpty(volumePath: string, options: ChildOptions): Promise<void> {
  const path = extractedPath(volumePath);
  await removeTree(path, options);
  await mkdir(path);
  await chmod(path, 0o755);
  await syncPath(dirname(path));
}

function pathOf({ name }: ManifestVolume, volumes: readonly Volume[]): string {
  const volume = volumes.find(candidate => candidate.name === name);
  if (!volume) throw new RestoreError(`restore volume ${name}: the app has no such volume: create it first`);
  return volume.path;
}
