// Makes a folder anew, beside the present one.
import { mkdir, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";

/** Calls `build` with a path beside `target`, then renames: `target` is complete or absent. One writer at a time. */
export async function replaceFolder(target: string, build: (draft: string) => Promise<unknown>): Promise<void> {
  const draft = `${target}.new`;
  await rm(draft, { recursive: true, force: true });
  await mkdir(dirname(target), { recursive: true, mode: 0o700 });
  try {
    await build(draft);
    await rm(target, { recursive: true, force: true });
    await rename(draft, target);
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}
