// Puts a snapshot's data back: every volume is extracted before the first is swapped.
import type { ChildOptions } from "./children.ts";
import { extract } from "./extract.ts";
import type { StoredSnapshot, ManifestVolume } from "./manifest.ts";
import { swap, swapState } from "./swap.ts";
import { megabytes } from "../text.ts";
import { monotonicNow, since } from "../time/index.ts";
import type { Volume } from "./volume.ts";

export interface RestoreOptions extends ChildOptions {
  /** From `findSnapshot`. */
  readonly snapshot: StoredSnapshot;
  /** Of this restore: with the same id an interrupted one goes on, with another it begins anew. */
  readonly id: string;
  /** The app's volumes of today, which nothing may use meanwhile. */
  readonly volumes: readonly Volume[];
  readonly log: (line: string) => void;
}

export class RestoreError extends Error {
  override readonly name = "RestoreError";
}

/**
 * Restores a snapshot, under the app's lock. The volumes of before stay beside the live ones, for `putBack` or `dropOld` with the same `id`;
 * a volume that isn't in the snapshot is left as it is. Throws RestoreError where one of the snapshot's volumes has no place,
 * ExtractError with no volume touched, SwapError.
 */
export async function restoreSnapshot({ snapshot, id, volumes, log: say, ...options }: RestoreOptions): Promise<void> {
  const start = monotonicNow();
  const pairs = snapshot.manifest.volumes.map(archived => ({ archived, path: placeOf(archived, volumes) }));
  for (const { name } of volumes)
    if (!pairs.some(({ archived }) => archived.name === name))
      say(`volume ${name} isn't in the snapshot and stays as it is`);
  for (const { archived, path } of pairs)
    if ((await swapState(path, id)) === "live") await extract(snapshot.path, archived, path, options);
  for (const { path } of pairs) await swap(path, id);
  const bytes = (what: "bytes" | "archiveBytes") => pairs.reduce((sum, { archived }) => sum + archived[what], 0);
  say(`restored ${megabytes(bytes("archiveBytes"))} → ${megabytes(bytes("bytes"))} in ${since(start)}`);
}

function placeOf({ name }: ManifestVolume, volumes: readonly Volume[]): string {
  const volume = volumes.find(candidate => candidate.name === name);
  if (!volume) throw new RestoreError(`restore volume ${name}: the app has no such volume: it has to be made first`);
  return volume.path;
}
