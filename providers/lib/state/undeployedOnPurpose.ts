// An app that was taken down on purpose: until it is wanted again, nobody repairs it.
import { z } from "zod";
import { FORMAT, format, readJson, removeFile, writeJson } from "../fs/index.ts";
import type { AppFolder } from "./appFolder.ts";

const parked = z.object({ format, at: z.iso.datetime() });

export async function markUndeployedOnPurpose(folder: AppFolder): Promise<void> {
  await writeJson(folder.undeployedOnPurpose, { format: FORMAT, at: new Date().toISOString() });
}

/** Absent is success. */
export async function clearUndeployedOnPurpose(folder: AppFolder): Promise<void> {
  await removeFile(folder.undeployedOnPurpose);
}

export async function isUndeployedOnPurpose(folder: AppFolder): Promise<boolean> {
  return (await readJson(folder.undeployedOnPurpose, parked)) !== undefined;
}
