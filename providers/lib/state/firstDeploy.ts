// Records that hearth deployed an app where no volume existed, and which versions failed then: until one is healthy,
// the volumes hold nothing to lose.
import { z } from "zod";
import { FORMAT, format, readJson, removeFile, writeJson } from "../fs/index.ts";
import type { AppFolder } from "./appFolder.ts";

const firstDeploy = z.object({ format, failed: z.array(z.string()) });

/** Await it before the deploy, while no volume exists. Needs the app's lock, like every function here that writes. */
export async function beginFirstDeploy(folder: AppFolder): Promise<void> {
  await writeJson(folder.firstDeploy, { format: FORMAT, failed: [] });
}

/** Records that `version` was deployed and not healthy. Does nothing unless a first deploy is recorded. */
export async function recordFirstFailure(folder: AppFolder, version: string): Promise<void> {
  const failed = await failedFirstDeploys(folder);
  if (failed) await writeJson(folder.firstDeploy, { format: FORMAT, failed: [...new Set([...failed, version])] });
}

/** Await it once the app was healthy. Absent is success. */
export async function clearFirstDeploy(folder: AppFolder): Promise<void> {
  await removeFile(folder.firstDeploy);
}

/** The versions that failed since hearth's first deploy; undefined if none is recorded. Throws as `readJson`. */
export async function failedFirstDeploys(folder: AppFolder): Promise<string[] | undefined> {
  return (await readJson(folder.firstDeploy, firstDeploy))?.failed;
}
