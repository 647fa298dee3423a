// Raises an alert: kept on the disk first, told by `deliver`; one and the same event once.
import { join } from "node:path";
import { z } from "zod";
import { mask } from "../diagnostics/index.ts";
import { FORMAT, format, writeJson } from "../fs/index.ts";
import { alertId, idOf, spoolOf } from "./spool.ts";

export const alert = z.object({
  format,
  /** Unique, and ordered by time. */
  id: z.string(),
  /** Names the event: of the same one there is one alert, while it waits and among the last 200 sent. */
  key: z.string().min(1),
  severity: z.enum(["info", "warning", "critical"]),
  /** The app's domain or recipe, as a person knows it. */
  app: z.string(),
  /** Version that was to be. */
  attempted: z.string().optional(),
  lastGood: z.string().optional(),
  /** Whether it runs again as before; absent where nothing failed. */
  recovered: z.boolean().optional(),
  why: z.string(),
  /** abra's own last word on it. */
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

/**
 * Keeps an alert below `stateDir`, synced, `secrets` and what looks like one masked, and gives back its id, which is the earlier one's for a `key` that is known.
 * Never throws: what can't be kept (a full disk) is said in whole through `say`, and what the alert is about goes on. Then undefined.
 */
export async function raise(
  stateDir: string,
  raised: Raised,
  say: (line: string) => void,
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
    say(
      `${clean.app}: an alert can't be kept (${(error as Error).message}); it says: ${clean.severity}: ${clean.why}; to do: ${clean.todo}`,
    );
    return undefined;
  }
}

function masked(raised: Raised, secrets: readonly string[]): Raised {
  const clean = (text: string) => mask(text, secrets);
  return {
    ...raised,
    why: clean(raised.why),
    todo: clean(raised.todo),
    ...(raised.fatal === undefined ? {} : { fatal: clean(raised.fatal) }),
  };
}
