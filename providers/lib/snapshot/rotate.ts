// Makes a verified snapshot the newest; whatever is interrupted here is finished by the next to come.
import { mkdir, readdir, rename } from "node:fs/promises";
import { join } from "node:path";
import { exists, removeTree } from "./disk.ts";
import { syncPath } from "../fs/index.ts";

/** Where a snapshot is written: nothing under such a name was ever verified. */
export function partialPath(folder: string, id: string): string {
  return join(folder, `snapshot.${id}.partial`);
}

/**
 * Renames a verified directory to `snapshot/`, that one to `snapshot.previous/`, and only then removes what was previous.
 * Killed anywhere, the newest verified one is whole under one of its names, and `recoverRotation` goes on.
 */
export async function commitSnapshot(folder: string, partial: string): Promise<void> {
  const { next } = names(folder);
  await rename(partial, next);
  await syncPath(folder);
  await rotate(folder);
}

/**
 * Finishes an interrupted commit and removes what dead takes left behind. Only the holder of the app's lock may call it:
 * what another is writing would look just as dead.
 */
export async function recoverRotation(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await rotate(folder);
  for (const name of await readdir(folder))
    if (/^snapshot\..+\.partial$/.test(name)) await removeTree(join(folder, name));
}

/** Takes away `snapshot.previous/`, in such a way that half of it is never taken for a snapshot. */
export async function removePrevious(folder: string): Promise<void> {
  const { previous, old } = names(folder);
  await removeTree(old);
  await rename(previous, old);
  await syncPath(folder);
  await removeTree(old);
}

async function rotate(folder: string): Promise<void> {
  const { next, newest, previous, old } = names(folder);
  if (await exists(next)) {
    if (await exists(newest)) {
      // With a newest and a next in place, an `old` from before is a leftover of one whose removal was interrupted.
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
  // `old` is nobody's last copy only while a newest stands.
  if (await exists(newest)) await removeTree(old);
}

function names(folder: string) {
  return {
    next: join(folder, "snapshot.next"),
    newest: join(folder, "snapshot"),
    previous: join(folder, "snapshot.previous"),
    old: join(folder, "snapshot.old"),
  };
}
