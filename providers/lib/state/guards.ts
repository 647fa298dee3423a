// Records which containers guard an app's volumes and images: only these may mount a volume while hearth works on it.
import { z } from "zod";
import { FORMAT, format, readJson, removeFile, writeJson } from "../fs/index.ts";
import type { AppFolder } from "./appFolder.ts";

const guards = z.object({ format, containers: z.array(z.string()) });

/** Container ids; undefined if the app has no guards. Throws as `readJson`. */
export async function readGuards(folder: AppFolder): Promise<string[] | undefined> {
  return (await readJson(folder.guards, guards))?.containers;
}

/** Await it before a guard starts, too: a guard that isn't recorded would stay. Needs the app's lock. */
export async function writeGuards(folder: AppFolder, containers: readonly string[]): Promise<void> {
  await writeJson(folder.guards, { format: FORMAT, containers });
}

/** Await it once no guard is left. Absent is success. */
export async function clearGuards(folder: AppFolder): Promise<void> {
  await removeFile(folder.guards);
}
