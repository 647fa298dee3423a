// Raises an alert: writes it to the disk, once per event. `deliver` sends it.
import { join } from "node:path";
import { z } from "zod";
import { cleanText } from "../diagnostics/index.ts";
import { FORMAT, format, writeJson } from "../fs/index.ts";
import { shorten, shortReason } from "../reason.ts";
import type { Log } from "../text.ts";
import { alertId, idOf, spoolOf } from "./spool.ts";

export const alert = z.object({
  format,
  /** Unique, sorted by time. */
  id: z.string(),
  /** Names the event: each has one alert among the spooled ones and the last 200 sent. */
  key: z.string().min(1),
  severity: z.enum(["info", "warning", "critical"]),
  /** The app's recipe or domain. */
  app: z.string(),
  /** The version that was to be deployed. */
  attempted: z.string().optional(),
  lastGood: z.string().optional(),
  /** Whether the app runs again as before; absent if nothing failed. */
  recovered: z.boolean().optional(),
  /** A short reason: the diagnostics have the whole text. */
  why: z.string(),
  /** The text of abra's FATA line, at most MAX_FATAL characters. */
  fatal: z.string().optional(),
  /** Folder with the diagnostics captured before the rollback. */
  diagnostics: z.string().optional(),
  /** What to do; often "nothing". */
  todo: z.string(),
  /** ISO 8601 in UTC. */
  when: z.iso.datetime(),
});

export type Alert = z.infer<typeof alert>;
export type Raised = Omit<Alert, "format" | "id" | "when">;

const MAX_FATAL = 300;

/**
 * Writes an alert below `stateDir`, synced, with `why` shortened, and `secrets` and credentials masked. Returns its id,
 * or that of an earlier alert with the same `key`. Never throws: if an alert can't be written (a full disk), logs it
 * and returns undefined.
 */
export async function raise(
  stateDir: string,
  raised: Raised,
  log: Log,
  secrets: readonly string[] = [],
): Promise<string | undefined> {
  const clean = masked(raised, secrets);
  try {
    const spool = spoolOf(stateDir);
    const known = await idOf(spool, clean.key);
    if (known !== undefined) return known;
    const when = new Date();
    const kept: Alert = { format: FORMAT, id: alertId(clean.key, when), ...clean, when: when.toISOString() };
    await writeJson(join(spool.path, `${kept.id}.json`), kept);
    return kept.id;
  } catch (error) {
    const content = `${clean.severity}: ${clean.why}; to do: ${clean.todo}`;
    log(`${clean.app}: can't write an alert (${(error as Error).message}): ${content}`);
    return undefined;
  }
}

function masked(raised: Raised, secrets: readonly string[]): Raised {
  const clean = (text: string) => cleanText(text, secrets);
  return {
    ...raised,
    why: shortReason(clean(raised.why)),
    todo: clean(raised.todo),
    ...(raised.fatal === undefined ? {} : { fatal: shorten(clean(raised.fatal), MAX_FATAL) }),
  };
}
