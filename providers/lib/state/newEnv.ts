// Marks an app whose .env hearth is making: until the mark is removed, the file lacks hearth's defaults.
import { z } from "zod";
import { FORMAT, format, readJson, removeFile, writeJson } from "../fs/index.ts";
import type { AppFolder } from "./appFolder.ts";

const mark = z.object({ format });

/** Await it before the .env is made. Needs the app's lock, like every function here. */
export async function markNewEnv(folder: AppFolder): Promise<void> {
  await writeJson(folder.newEnv, { format: FORMAT });
}

/** Await it once the defaults are written, or if no .env was made. Absent is success. */
export async function clearNewEnv(folder: AppFolder): Promise<void> {
  await removeFile(folder.newEnv);
}

/** Throws as `readJson`. */
export async function isNewEnv(folder: AppFolder): Promise<boolean> {
  return (await readJson(folder.newEnv, mark)) !== undefined;
}
