// Replaces a live volume with an extracted one by renames. Each step can be repeated after any interruption.
import { mkdir, rename } from "node:fs/promises";
import { dirname } from "node:path";
import { syncPath } from "../fs/index.ts";
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
 * Removes the replaced volume, once the gate is passed. Throws SwapError while no volume is live: it would be the only
 * copy.
 */
export async function removeReplaced(volumePath: string, id: string, options: ChildOptions = {}): Promise<void> {
  const replaced = replacedPath(volumePath, id);
  // Rename first, so a partial delete can't be restored.
  const removing = `${volumePath}.hearth-removing-${id}`;
  if ((await swapState(volumePath, id)) === "between") throw new SwapError(volumePath, `${replaced} is its only copy`);
  await removeTree(removing, options);
  if (!(await exists(replaced))) return;
  await rename(replaced, removing);
  await syncPath(dirname(volumePath));
  await removeTree(removing, options);
}
