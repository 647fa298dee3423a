// Makes a verified snapshot the newest. The next call finishes an interrupted rotation.
import { mkdir, readdir, rename } from "node:fs/promises";
import { join } from "node:path";
import { syncPath } from "../fs/index.ts";
import { exists, removeTree } from "./disk.ts";

/** Where a snapshot is written. Under this name it is never verified. */
export function partialPath(folder: string, id: string): string {
  return join(folder, `snapshot.${id}.partial`);
}

/**
 * Renames a verified directory to `snapshot/`, the former one to `snapshot.previous/`, and only then removes the former
 * previous. Killed at any point, the newest verified snapshot is complete under one of its names, and `recoverRotation`
 * finishes.
 */
export async function commitSnapshot(folder: string, partial: string): Promise<void> {
  const { next } = pathsIn(folder);
  await rename(partial, next);
  await syncPath(folder);
  await rotate(folder);
}

/**
 * Finishes an interrupted commit and removes partial snapshots. Needs the app's lock: a snapshot that another process
 * is writing looks the same.
 */
export async function recoverRotation(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await rotate(folder);
  for (const name of await readdir(folder))
    if (/^snapshot\..+\.partial$/.test(name)) await removeTree(join(folder, name));
}

/** Removes `snapshot.previous/`. Renames it first, so a partial delete is never taken for a snapshot. */
export async function removePrevious(folder: string): Promise<void> {
  const { previous, old } = pathsIn(folder);
  await removeTree(old);
  await rename(previous, old);
  await syncPath(folder);
  await removeTree(old);
}

async function rotate(folder: string): Promise<void> {
  const { next, newest, previous, old } = pathsIn(folder);
  if (await exists(next)) {
    if (await exists(newest)) {
      // With newest and next in place, an existing `old` is stale: its removal was interrupted.
      if (await exists(previous)) {
        await removeTree(old);
        await rename(previous, old);
      }
      await rename(newest, previous);
      await syncPath(folder);
    }
    await rename(next, newest);
    await syncPath(folder);
  }
  // Without a newest, `old` may be the only copy.
  if (await exists(newest)) await removeTree(old);
}

function pathsIn(folder: string) {
  return {
    next: join(folder, "snapshot.next"),
    newest: join(folder, "snapshot"),
    previous: join(folder, "snapshot.previous"),
    old: join(folder, "snapshot.old"),
  };
}
