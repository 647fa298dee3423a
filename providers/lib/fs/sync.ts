// Waits until a file or a directory is on the disk.
import { open } from "node:fs/promises";

/**
 * fsync of a file or directory. Until a directory is synced, a power failure may undo a create, rename or remove in it.
 */
export async function syncPath(path: string): Promise<void> {
  const handle = await open(path, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
