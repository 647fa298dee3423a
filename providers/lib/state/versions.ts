// An app's known versions: the last good one, those rejected here, those that a person approved.
import { z } from "zod";
import { FORMAT, format, readJson, writeJson } from "../fs/index.ts";
import { shortReason } from "../reason.ts";
import type { AppFolder } from "./appFolder.ts";
import { recordedImages } from "./recordedImages.ts";

/** ISO 8601 in UTC. */
const timestamp = z.iso.datetime();

const lastGood = z.object({
  format,
  /** Tag of the recipe. */
  version: z.string(),
  /** When it passed the whole gate. */
  at: timestamp,
  /** Id of the swarm on which it did; absent if an older hearth wrote it. */
  swarm: z.string().optional(),
  images: recordedImages,
});

const rejected = z.object({
  format,
  /** By version: when it last failed here, why in short, and the folder with the whole story. */
  versions: z.record(z.string(), z.object({ at: timestamp, why: z.string(), diagnostics: z.string().optional() })),
});

const approved = z.object({
  format,
  /** By version: when a person approved it. */
  versions: z.record(z.string(), z.object({ at: timestamp })),
});

type LastGood = z.infer<typeof lastGood>;
type Rejected = z.infer<typeof rejected>["versions"];
type Approved = z.infer<typeof approved>["versions"];

/** Undefined until a version has passed the gate. Throws as `readJson`, like every function here that reads. */
export async function readLastGood(folder: AppFolder): Promise<LastGood | undefined> {
  return readJson(folder.lastGood, lastGood);
}

/** Records that `version` passed the whole gate just now, on `swarm`. */
export async function writeLastGood(
  folder: AppFolder,
  version: string,
  images: LastGood["images"],
  swarm?: string,
): Promise<LastGood> {
  const good: LastGood = { format: FORMAT, version, at: new Date().toISOString(), images, ...(swarm && { swarm }) };
  await writeJson(folder.lastGood, good);
  return good;
}

/** The rejected versions; empty if there are none. */
export async function readRejected(folder: AppFolder): Promise<Rejected> {
  return (await readJson(folder.rejected, rejected))?.versions ?? {};
}

/**
 * Records that `version` failed here; the latest reason replaces an earlier one. Shortens `why`, whose secrets are
 * masked. Needs the app's lock.
 */
export async function reject(folder: AppFolder, version: string, why: string, diagnostics?: string): Promise<void> {
  // An approval from before counts no longer, also if the clock was set back since.
  const at = latest(Date.now(), (await readApproved(folder))[version]?.at);
  const rejection = { at, why: shortReason(why), ...(diagnostics && { diagnostics }) };
  await writeJson(folder.rejected, {
    format: FORMAT,
    versions: { ...(await readRejected(folder)), [version]: rejection },
  });
}

/** Whether `version` failed here and wasn't approved since. */
export async function isRejected(folder: AppFolder, version: string): Promise<boolean> {
  const [rejection, approval] = [(await readRejected(folder))[version], (await readApproved(folder))[version]];
  return rejection !== undefined && !(approval !== undefined && Date.parse(approval.at) > Date.parse(rejection.at));
}

/** The approved versions; empty if there are none. */
export async function readApproved(folder: AppFolder): Promise<Approved> {
  return (await readJson(folder.approved, approved))?.versions ?? {};
}

/**
 * Records a person's approval of exactly `version`. Needs no lock: nothing else writes this file, and an upgrade holds
 * the app's lock for minutes.
 */
export async function approve(folder: AppFolder, version: string): Promise<void> {
  const rejection = (await readRejected(folder))[version];
  // Later than the rejection, also if the clock was set back since: otherwise it wouldn't count.
  const at = latest(Date.now(), rejection?.at, 1);
  await writeJson(folder.approved, {
    format: FORMAT,
    versions: { ...(await readApproved(folder)), [version]: { at } },
  });
}

/** The later of `now` and `plus` ms after `other`. */
function latest(now: number, other: string | undefined, plus = 0): string {
  return new Date(other === undefined ? now : Math.max(now, Date.parse(other) + plus)).toISOString();
}
