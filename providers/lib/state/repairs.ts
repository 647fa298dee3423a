// When an app was repaired: so that repairs come to an end, and a person is told.
import { z } from "zod";
import { FORMAT, format, readJson, writeJson } from "../fs/index.ts";
import type { AppFolder } from "./appFolder.ts";

export const repairs = z.object({ format, at: z.array(z.iso.datetime()) });

/** More than any limit asks for. */
const kept = 50;

/** How many repairs there were within the last `ms` milliseconds. Throws as `readJson`. */
export async function repairsSince(folder: AppFolder, ms: number): Promise<number> {
  const now = Date.now();
  // Either way: a clock that was set back must neither forget the last repair nor count one of next year.
  return (await times(folder)).filter(at => Math.abs(now - Date.parse(at)) <= ms).length;
}

/** To be awaited before the repair: one that ends in a crash counts too. Under the app's lock. */
export async function recordRepair(folder: AppFolder): Promise<void> {
  await writeJson(folder.repairs, {
    format: FORMAT,
    at: [...(await times(folder)), new Date().toISOString()].slice(-kept),
  });
}

async function times(folder: AppFolder): Promise<string[]> {
  return (await readJson(folder.repairs, repairs))?.at ?? [];
}
