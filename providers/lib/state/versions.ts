// What is known of an app's versions: the one that ran well last, those that failed here, those that a person allowed.
import { z } from "zod";
import { FORMAT, format, readJson, writeJson } from "../fs/index.ts";
import type { AppFolder } from "./appFolder.ts";

/** ISO 8601 in UTC. */
const moment = z.iso.datetime();

export const lastGood = z.object({
  format,
  /** Tag of the recipe. */
  version: z.string(),
  /** When it had passed the whole gate. */
  at: moment,
  /** By service: the image's own id, which a rollback runs whatever its name means by then, and the name that the compose file calls it by. */
  images: z.record(z.string(), z.object({ id: z.string(), name: z.string() })),
});

export const rejected = z.object({
  format,
  /** By version: when it failed here last, and why. */
  versions: z.record(z.string(), z.object({ at: moment, why: z.string() })),
});

export const approved = z.object({
  format,
  /** By version: when a person said yes. */
  versions: z.record(z.string(), z.object({ at: moment })),
});

export type LastGood = z.infer<typeof lastGood>;
export type Rejected = z.infer<typeof rejected>["versions"];
export type Approved = z.infer<typeof approved>["versions"];

/** undefined where nothing has passed the gate yet. Throws as `readJson`, as do all that read here. */
export async function readLastGood(folder: AppFolder): Promise<LastGood | undefined> {
  return readJson(folder.lastGood, lastGood);
}

/** Says that `version` has passed the whole gate, just now. */
export async function writeLastGood(folder: AppFolder, version: string, images: LastGood["images"]): Promise<LastGood> {
  const good: LastGood = { format: FORMAT, version, at: new Date().toISOString(), images };
  await writeJson(folder.lastGood, good);
  return good;
}

export async function readRejected(folder: AppFolder): Promise<Rejected> {
  return (await readJson(folder.rejected, rejected))?.versions ?? {};
}

/** Notes that `version` failed here; a second time, the last reason counts. Under the app's lock. */
export async function reject(folder: AppFolder, version: string, why: string): Promise<void> {
  await writeJson(folder.rejected, {
    format: FORMAT,
    versions: { ...(await readRejected(folder)), [version]: { at: new Date().toISOString(), why } },
  });
}

export async function readApproved(folder: AppFolder): Promise<Approved> {
  return (await readJson(folder.approved, approved))?.versions ?? {};
}

/** Notes a person's yes to exactly `version`. Takes no lock, which an upgrade holds for minutes: it is the only one that writes this file. */
export async function approve(folder: AppFolder, version: string): Promise<void> {
  await writeJson(folder.approved, {
    format: FORMAT,
    versions: { ...(await readApproved(folder)), [version]: { at: new Date().toISOString() } },
  });
}
