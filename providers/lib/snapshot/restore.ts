// Restores a snapshot's data: extracts every volume before it swaps the first.
import { megabytes } from "../text.ts";
import { monotonicNow, since } from "../time/index.ts";
import type { ChildOptions } from "./children.ts";
import { extract } from "./extract.ts";
import type { ManifestVolume, StoredSnapshot } from "./manifest.ts";
import { swap, swapState } from "./swap.ts";
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
 * Restores a snapshot; needs the app's lock. The replaced volumes stay beside the live ones until `removeReplaced` with
 * the same `id`; a volume that isn't in the snapshot stays unchanged. Throws RestoreError if the app lacks one of the
 * snapshot's volumes, ExtractError with no volume changed, SwapError.
 */
export async function restoreSnapshot({ snapshot, id, volumes, log, ...options }: RestoreOptions): Promise<void> {
  const start = monotonicNow();
  const pairs = snapshot.manifest.volumes.map(archived => ({ archived, path: pathOf(archived, volumes) }));
  for (const { name } of volumes)
    if (!pairs.some(({ archived }) => archived.name === name))
      log(`volume ${name} isn't in the snapshot and stays unchanged`);
  for (const { archived, path } of pairs)
    if ((await swapState(path, id)) === "live") await extract(snapshot.path, archived, path, options);
  for (const { path } of pairs) await swap(path, id);
  const total = (field: "bytes" | "archiveBytes") => pairs.reduce((sum, { archived }) => sum + archived[field], 0);
  log(`restored ${megabytes(total("archiveBytes"))} → ${megabytes(total("bytes"))} in ${since(start)}`);
}

function pathOf({ name }: ManifestVolume, volumes: readonly Volume[]): string {
  const volume = volumes.find(candidate => candidate.name === name);
  if (!volume) throw new RestoreError(`restore volume ${name}: the app has no such volume: create it first`);
  return volume.path;
}
