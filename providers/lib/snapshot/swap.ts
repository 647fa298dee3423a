// Replaces a live volume with an extracted one by renames. Each step can be repeated after any interruption.
import { mkdir, readdir, rename } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { ignoreAbsent, syncPath } from "../fs/index.ts";
import type { ChildOptions } from "./children.ts";
import { exists, removeTree } from "./disk.ts";

/**
 * `live`: not begun. `between`: the live volume is set aside, the new one not in place. `swapped`: done, the replaced
 * one still beside it.
 */
type SwapState = "live" | "between" | "swapped";

export class SwapError extends Error {
  override readonly name = "SwapError";
  readonly path: string;

  constructor(path: string, why: string) {
    super(`swap ${path}: ${why}`);
    this.path = path;
  }
}

/** Where a volume is being extracted. */
export function partialVolumePath(volumePath: string): string {
  return `${volumePath}.hearth-partial`;
}

/** Where a completely extracted volume waits for its swap. */
export function extractedPath(volumePath: string): string {
  return `${volumePath}.hearth-new`;
}

/** Where the restore `id` puts the volume that it replaced. */
function replacedPath(volumePath: string, id: string): string {
  return `${volumePath}.hearth-old-${id}`;
}

/** How far the restore `id` got with this volume. */
export async function swapState(volumePath: string, id: string): Promise<SwapState> {
  if (!(await exists(replacedPath(volumePath, id)))) return "live";
  return (await exists(volumePath)) ? "swapped" : "between";
}

/**
 * Renames `_data` to `_data.hearth-old-<id>`, then `_data.hearth-new` to `_data`. Without a `_data`, the replaced one
 * is an empty directory. Throws SwapError, with nothing changed, if nothing was extracted.
 */
export async function swap(volumePath: string, id: string): Promise<void> {
  const replaced = replacedPath(volumePath, id);
  const extracted = extractedPath(volumePath);
  const state = await swapState(volumePath, id);
  if (state === "swapped") return;
  if (!(await exists(extracted))) throw new SwapError(volumePath, `${extracted} not found`);
  if (state === "live") {
    if (await exists(volumePath)) await rename(volumePath, replaced);
    else await mkdir(replaced, { mode: 0o700 });
    await syncPath(dirname(volumePath));
  }
  await rename(extracted, volumePath);
  await syncPath(dirname(volumePath));
}

/**
 * Removes what restores and interrupted extractions left beside the volume: call it once the app is healthy. Tries each
 * one; then throws the first failure. Throws SwapError while no volume is live: one of them would be the only copy.
 */
export async function removeLeftovers(volumePath: string, options: ChildOptions = {}): Promise<void> {
  const parent = dirname(volumePath);
  const prefix = `${basename(volumePath)}.hearth-`;
  const found = ((await readdir(parent).catch(ignoreAbsent)) ?? []).filter(name => name.startsWith(prefix));
  if (found.length === 0) return;
  if (!(await exists(volumePath))) throw new SwapError(volumePath, `${found.join(", ")} may be its only copy`);
  const removals: PromiseSettledResult<void>[] = [];
  for (const name of found) removals.push(...(await Promise.allSettled([removeLeftover(join(parent, name), options)])));
  const failure = removals.find(({ status }) => status === "rejected");
  if (failure?.status === "rejected") throw failure.reason;
}

async function removeLeftover(path: string, options: ChildOptions): Promise<void> {
  const removing = path.replace(/\.hearth-old-([^/]*)$/, ".hearth-removing-$1");
  if (removing !== path) {
    // Rename first, so a partial delete can't be restored.
    await removeTree(removing, options);
    await rename(path, removing);
    await syncPath(dirname(path));
  }
  await removeTree(removing, options);
}
