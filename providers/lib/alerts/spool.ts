// Where alerts lie: spooled until a channel has taken them, then in sent/.
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

/** Ordered by time; its end stands for the event, so that the names of the files alone tell whether there is one of it. */
export function alertId(key: string, when: Date): string {
  return `${stamp(when)}-${eventOf(key)}`;
}

/** Ids of the alerts in `folder`, oldest first; none where there is no such folder. */
export async function idsIn(folder: string): Promise<string[]> {
  const names = (await readdir(folder).catch(ignoreAbsent)) ?? [];
  return names.flatMap(name => /^(\d{8}T\d{6}\.\d{3}Z-[\da-f]{16})\.json$/.exec(name)?.[1] ?? []).toSorted();
}

/** The alert that was raised for `key`, wherever it is by now. */
export async function idOf(spool: Spool, key: string): Promise<string | undefined> {
  // In the order in which an alert moves: looked at the other way round, one on its way would be in neither.
  const ids = [...(await idsIn(spool.path)), ...(await idsIn(spool.sent))];
  return ids.find(id => id.endsWith(`-${eventOf(key)}`));
}

/** Alerts that no channel has taken yet. */
export async function waiting(stateDir: string): Promise<number> {
  return (await idsIn(spoolOf(stateDir).path)).length;
}

function eventOf(key: string): string {
  return createHash("sha256").update(key).digest("hex").slice(0, 16);
}
