// Syncs, reads past the cache, and removes trees.
import { open, stat } from "node:fs/promises";
import { ProgramError, run } from "../process/index.ts";
import { flush, removal, uncache } from "./argv.ts";
import type { ChildOptions } from "./children.ts";

/** Writes a new file (mode 0600) and syncs it. Throws EEXIST if it exists. */
export async function writeSynced(path: string, text: string): Promise<void> {
  const handle = await open(path, "wx", 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Syncs the whole filesystem of `path`. */
export async function syncFilesystem(path: string): Promise<void> {
  await run("sync", flush(path), `sync the filesystem of ${path}`, english);
}

/**
 * Drops a synced file from the page cache if its filesystem supports that, so that the next read comes from the disk.
 */
export async function dropCache(file: string): Promise<void> {
  await run("dd", uncache(file), `drop the cache of ${file}`, english).catch((error: unknown) => {
    // Advice to the kernel: if the filesystem ignores it, the read is checked as far as it can be.
    if (!(error instanceof ProgramError) || error.kind !== "failed") throw error;
  });
}

/** Removes a tree. Absent is success. */
export async function removeTree(path: string, { inherit }: ChildOptions = {}): Promise<void> {
  await run("rm", removal(path), `remove ${path}`, { ...english, inherit });
}

/** Whether `path` exists. Throws every other error than ENOENT. */
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
