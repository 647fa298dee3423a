// What reaches the disk, and what leaves it.
import { open, stat } from "node:fs/promises";
import { ProgramError, run } from "../process/index.ts";
import { flush, removal, uncache } from "./argv.ts";
import type { ChildOptions } from "./children.ts";

/** Writes a new file (mode 0600) and syncs it. Throws EEXIST where there is one. */
export async function writeSynced(path: string, text: string): Promise<void> {
  const handle = await open(path, "wx", 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Puts all that was written on the filesystem of `path` on its disk. */
export async function syncFilesystem(path: string): Promise<void> {
  await run("sync", flush(path), `sync the filesystem of ${path}`, english);
}

/** Drops a synced file from memory, where its filesystem can: the next read is of the disk. */
export async function dropCache(file: string): Promise<void> {
  await run("dd", uncache(file), `drop the cache of ${file}`, english).catch((error: unknown) => {
    // It is advice to the kernel: a filesystem that doesn't take it is read as well as it can be.
    if (!(error instanceof ProgramError) || error.kind !== "failed") throw error;
  });
}

/** Removes a tree, if it is there. */
export async function removeTree(path: string, { inherit }: ChildOptions = {}): Promise<void> {
  await run("rm", removal(path), `remove ${path}`, { ...english, inherit });
}

export async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return false;
      throw error;
    },
  );
}

const english = { env: { LC_ALL: "C" } };
