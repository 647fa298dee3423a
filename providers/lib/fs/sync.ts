// What must be on the disk before anybody goes on.
import { open } from "node:fs/promises";

/** fsync of a file or a directory: until this, a name that was made, renamed or removed in a directory may be lost with the power. */
export async function syncPath(path: string): Promise<void> {
  const handle = await open(path, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
