// The files of alerts: spooled until a channel has accepted them, then in sent/.
import { createHash } from "node:crypto";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { ignoreAbsent } from "../fs/index.ts";
import { stamp } from "../time/index.ts";

export interface Spool {
  readonly path: string;
  readonly sent: string;
  readonly lock: string;
}

export function spoolOf(stateDir: string): Spool {
  const path = join(stateDir, "alerts");
  return { path, sent: join(path, "sent"), lock: join(path, "lock") };
}

/** Sorted by time; its end identifies the event, so that file names alone show whether an alert exists. */
export function alertId(key: string, when: Date): string {
  return `${stamp(when)}-${eventOf(key)}`;
}

/** Ids of the alerts in `folder`, oldest first; none if the folder doesn't exist. */
export async function idsIn(folder: string): Promise<string[]> {
  const names = (await readdir(folder).catch(ignoreAbsent)) ?? [];
  return names.flatMap(name => /^(\d{8}T\d{6}\.\d{3}Z-[\da-f]{16})\.json$/.exec(name)?.[1] ?? []).toSorted();
}

/** The alert raised for `key`, spooled or sent. */
export async function idOf(spool: Spool, key: string): Promise<string | undefined> {
  // In the order in which an alert moves: in the other order, one being moved would be found in neither.
  const ids = [...(await idsIn(spool.path)), ...(await idsIn(spool.sent))];
  return ids.find(id => id.endsWith(`-${eventOf(key)}`));
}

/** Alerts that no channel has accepted yet. */
export async function waiting(stateDir: string): Promise<number> {
  return (await idsIn(spoolOf(stateDir).path)).length;
}

function eventOf(key: string): string {
  return createHash("sha256").update(key).digest("hex").slice(0, 16);
}
