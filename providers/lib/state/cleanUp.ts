// Records that a clean-up failed, so that the next reconciliation or recovery tries again.
import { z } from "zod";
import { FORMAT, format, readJson, removeFile, UnreadableError, writeJson } from "../fs/index.ts";
import type { AppFolder } from "./appFolder.ts";

const due = z.object({ format, at: z.iso.datetime() });

export async function deferCleanUp(folder: AppFolder): Promise<void> {
  await writeJson(folder.cleanUp, { format: FORMAT, at: new Date().toISOString() });
}

/** Absent is success. */
export async function clearCleanUp(folder: AppFolder): Promise<void> {
  await removeFile(folder.cleanUp);
}

/** A record that can't be read counts: cleaning up once more does no harm. Throws FormatError. */
export async function isCleanUpDue(folder: AppFolder): Promise<boolean> {
  try {
    return (await readJson(folder.cleanUp, due)) !== undefined;
  } catch (error) {
    if (error instanceof UnreadableError) return true;
    throw error;
  }
}
