// Records that a clean-up failed, so that the next reconciliation or recovery tries again.
import { z } from "zod";
import { FORMAT, format, readJson, removeFile, writeJson } from "../fs/index.ts";
import type { AppFolder } from "./appFolder.ts";

const due = z.object({ format, at: z.iso.datetime() });

export async function deferCleanUp(folder: AppFolder): Promise<void> {
  await writeJson(folder.cleanUp, { format: FORMAT, at: new Date().toISOString() });
}

/** Absent is success. */
export async function clearCleanUp(folder: AppFolder): Promise<void> {
  await removeFile(folder.cleanUp);
}

/** Throws as `readJson`. */
export async function isCleanUpDue(folder: AppFolder): Promise<boolean> {
  return (await readJson(folder.cleanUp, due)) !== undefined;
}
