// Makes a verified snapshot the newest. The next call finishes an interrupted rotation.
import { mkdir, readdir, rename } from "node:fs/promises";
import { join } from "node:path";
import { syncPath } from "../fs/index.ts";
import { errorMessage, type Log } from "../text.ts";
import { exists, removeTree } from "./disk.ts";

/** Where a snapshot is written. Under this name it is never verified. */
export function partialPath(folder: string, id: string): string {
  return join(folder, `snapshot.${id}.partial`);
}

/**
 * Renames a verified directory to `snapshot/`, the former one to `snapshot.previous/`, and only then removes the former
 * previous. Killed at any point, the newest verified snapshot is complete under one of its names, and `recoverRotation`
 * finishes. What can't be removed is logged; the next rotation tries again.
 */
export async function commitSnapshot(folder: string, partial: string, log: Log): Promise<void> {
  const { next } = pathsIn(folder);
  await rename(partial, next);
  await syncPath(folder);
  await rotate(folder, log);
}

/**
 * Finishes an interrupted commit and removes partial snapshots; one that can't be removed is logged. Needs the app's
 * lock: a snapshot that another process is writing looks the same.
 */
export async function recoverRotation(folder: string, log: Log): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await rotate(folder, log);
  for (const name of await readdir(folder))
    if (/^snapshot\..+\.partial$/.test(name)) await discard(join(folder, name), log);
}

/** Removes `snapshot.previous/`. Renames it first, so a partial delete is never taken for a snapshot. */
export async function removePrevious(folder: string): Promise<void> {
  const { previous, old } = pathsIn(folder);
  await removeTree(old);
  await rename(previous, old);
  await syncPath(folder);
  await removeTree(old);
}

async function rotate(folder: string, log: Log): Promise<void> {
  const { next, newest, previous } = pathsIn(folder);
  if (await exists(next)) {
    if (await exists(newest)) {
      if (await exists(previous)) await rename(previous, await freeOld(folder));
      await rename(newest, previous);
      await syncPath(folder);
    }
    await rename(next, newest);
    await syncPath(folder);
  }
  // Without a newest, `old` may be the only copy.
  if (await exists(newest)) for (const path of await oldPaths(folder)) await discard(path, log);
}

/** Removes what isn't needed any more: a failure doesn't fail the snapshot. */
async function discard(path: string, log: Log): Promise<void> {
  await removeTree(path).catch((error: unknown) => log(`${errorMessage(error)}; the next snapshot tries again`));
}

async function oldPaths(folder: string): Promise<string[]> {
  const names = (await readdir(folder)).filter(name => /^snapshot\.old(\.\d+)?$/.test(name));
  return names.map(name => join(folder, name));
}

/** A name for a set-aside snapshot: `snapshot.old`, or the next one if a former one couldn't be removed. */
async function freeOld(folder: string): Promise<string> {
  const { old } = pathsIn(folder);
  const taken = await oldPaths(folder);
  for (let n = 0; ; n++) {
    const path = n === 0 ? old : `${old}.${n}`;
    if (!taken.includes(path)) return path;
  }
}

function pathsIn(folder: string) {
  return {
    next: join(folder, "snapshot.next"),
    newest: join(folder, "snapshot"),
    previous: join(folder, "snapshot.previous"),
    old: join(folder, "snapshot.old"),
  };
}
