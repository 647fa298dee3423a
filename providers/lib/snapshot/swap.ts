// Puts an extracted volume in the place of the live one and back, by renames; each step may be run again after any interruption.
import { mkdir, rename } from "node:fs/promises";
import { dirname } from "node:path";
import { exists, removeTree } from "./disk.ts";
import { syncPath } from "../fs/index.ts";
import type { ChildOptions } from "./children.ts";

/** `live`: not begun. `between`: the old one is aside, the new one not in place. `swapped`: done, the old one still beside it. */
export type SwapState = "live" | "between" | "swapped";

export class SwapError extends Error {
  override readonly name = "SwapError";
  readonly path: string;

  constructor(path: string, why: string) {
    super(`swap ${path}: ${why}`);
    this.path = path;
  }
}

/** What is being extracted. */
export function partialVolumePath(volumePath: string): string {
  return `${volumePath}.hearth-half`;
}

/** What was extracted, whole. */
export function extractedPath(volumePath: string): string {
  return `${volumePath}.hearth-new`;
}

/** What was live before the restore `id`. */
export function replacedPath(volumePath: string, id: string): string {
  return `${volumePath}.hearth-old-${id}`;
}

/** How far the restore `id` has come with this volume. */
export async function swapState(volumePath: string, id: string): Promise<SwapState> {
  if (!(await exists(replacedPath(volumePath, id)))) return "live";
  return (await exists(volumePath)) ? "swapped" : "between";
}

/**
 * `_data` → `_data.hearth-old-<id>`, then `_data.hearth-new` → `_data`. Where there was no `_data`, the old one is an empty directory.
 * Throws SwapError where nothing was extracted; then nothing was touched.
 */
export async function swap(volumePath: string, id: string): Promise<void> {
  const old = replacedPath(volumePath, id);
  const fresh = extractedPath(volumePath);
  const state = await swapState(volumePath, id);
  if (state === "swapped") return;
  if (!(await exists(fresh))) throw new SwapError(volumePath, `there is no ${fresh}`);
  if (state === "live") {
    if (await exists(volumePath)) await rename(volumePath, old);
    else await mkdir(old, { mode: 0o700 });
    await syncPath(dirname(volumePath));
  }
  await rename(fresh, volumePath);
  await syncPath(dirname(volumePath));
}

/** Undoes `swap`: the old one is live again, and what was live lies where `extract` had put it. Where nothing was swapped, does nothing. */
export async function putBack(volumePath: string, id: string): Promise<void> {
  const old = replacedPath(volumePath, id);
  const fresh = extractedPath(volumePath);
  const state = await swapState(volumePath, id);
  if (state === "live") return;
  if (state === "swapped") {
    if (await exists(fresh)) throw new SwapError(volumePath, `${fresh} is in the way of what would be put back`);
    await rename(volumePath, fresh);
    await syncPath(dirname(volumePath));
  }
  await rename(old, volumePath);
  await syncPath(dirname(volumePath));
}

/** Removes the old volume, once the gate is passed. Throws SwapError while nothing is live: it would be the only copy. */
export async function removeReplaced(volumePath: string, id: string, options: ChildOptions = {}): Promise<void> {
  const old = replacedPath(volumePath, id);
  // Half of it must never look like a volume that can be put back.
  const gone = `${volumePath}.hearth-gone-${id}`;
  if ((await swapState(volumePath, id)) === "between") throw new SwapError(volumePath, `${old} is all there is of it`);
  await removeTree(gone, options);
  if (!(await exists(old))) return;
  await rename(old, gone);
  await syncPath(dirname(volumePath));
  await removeTree(gone, options);
}

/** Removes what was extracted and not swapped in. Throws SwapError while nothing is live. */
export async function dropNew(volumePath: string, options: ChildOptions = {}): Promise<void> {
  if (!(await exists(volumePath))) throw new SwapError(volumePath, "nothing is live");
  await removeTree(partialVolumePath(volumePath), options);
  await removeTree(extractedPath(volumePath), options);
}
