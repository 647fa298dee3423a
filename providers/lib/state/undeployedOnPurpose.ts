// Marks an app that was undeployed on purpose, so that no repair deploys it again.
import { z } from "zod";
import { FORMAT, format, readJson, removeFile, writeJson } from "../fs/index.ts";
import type { AppFolder } from "./appFolder.ts";

const mark = z.object({ format, at: z.iso.datetime() });

export async function markUndeployedOnPurpose(folder: AppFolder): Promise<void> {
  await writeJson(folder.undeployedOnPurpose, { format: FORMAT, at: new Date().toISOString() });
}

/** Absent is success. */
export async function clearUndeployedOnPurpose(folder: AppFolder): Promise<void> {
  await removeFile(folder.undeployedOnPurpose);
}

/** Throws as `readJson`. */
export async function isUndeployedOnPurpose(folder: AppFolder): Promise<boolean> {
  return (await readJson(folder.undeployedOnPurpose, mark)) !== undefined;
}
