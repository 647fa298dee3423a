// Records when an app was repaired, so that hearth stops repairing it after a limit and alerts a person.
import { z } from "zod";
import { FORMAT, format, readJson, writeJson } from "../fs/index.ts";
import type { AppFolder } from "./appFolder.ts";

const repairs = z.object({ format, at: z.array(z.iso.datetime()) });

/** More than any limit counts. */
const MAX_RECORDS = 50;

/** Number of repairs within the last `ms` milliseconds. Throws as `readJson`. */
export async function repairsSince(folder: AppFolder, ms: number): Promise<number> {
  const now = Date.now();
  // Both directions: after the clock was set back, the last repair still counts and one far in the future doesn't.
  return (await repairTimes(folder)).filter(at => Math.abs(now - Date.parse(at)) <= ms).length;
}

/** When the app was last repaired, as recorded; empty if never. A comparison with it doesn't depend on the clock. */
export async function lastRepair(folder: AppFolder): Promise<string> {
  return (await repairTimes(folder)).at(-1) ?? "";
}

/** Await it before the repair, so that one that ends in a crash counts too. Needs the app's lock. */
export async function recordRepair(folder: AppFolder): Promise<void> {
  await writeJson(folder.repairs, {
    format: FORMAT,
    at: [...(await repairTimes(folder)), new Date().toISOString()].slice(-MAX_RECORDS),
  });
}

async function repairTimes(folder: AppFolder): Promise<string[]> {
  return (await readJson(folder.repairs, repairs))?.at ?? [];
}
