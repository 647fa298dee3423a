// Raises an alert for each run that the reaper couldn't remove for more than a day.
import { uptime } from "node:os";
import { join } from "node:path";
import { raise } from "../../providers/lib/alerts/index.ts";
import { readJson, writeJson } from "../../providers/lib/fs/index.ts";
import { bootId } from "../../providers/lib/process/index.ts";
import type { Log } from "../../providers/lib/text.ts";
import { overdueOf, skippedFile, track } from "./overdue.ts";
import type { Report } from "./reap.ts";

/** Records what this pass skipped. Raises one alert for each run and its first pass; `hearth recover` delivers it. */
export async function raiseOverdue(stateDir: string, report: Report, log: Log): Promise<void> {
  const file = join(stateDir, "reap", "skipped.json");
  const before = await readJson(file, skippedFile).catch(() => undefined); // unreadable: count from now on
  const after = track(before, report, { boot: await bootId(), uptime: uptime() * 1000, now: Date.now() });
  if (after.skipped.length > 0 || (before?.skipped ?? []).length > 0) await writeJson(file, after);
  for (const { what, why, since } of overdueOf(after))
    await raise(
      stateDir,
      {
        key: `reap ${what} since ${since}`,
        severity: "warning",
        app: what,
        why: `hearth reap couldn't remove it for more than a day: ${why}`,
        todo: "hearth reap --dry-run lists what is left; remove what keeps it",
      },
      log,
    );
}
