// `hearth reap`: removes what dead runs left.
import type { Report } from "./reap/reap.ts";

export interface ReapFlags {
  readonly dryRun: boolean;
  readonly json: boolean;
}

/**
 * Exit codes: 0 nothing that may be removed is left; 1 something couldn't be removed, or a dead run remains; 10 with
 * `--dry-run`: something would be removed.
 */
export async function reap({ dryRun, json }: ReapFlags): Promise<number> {
  const [{ reap: runReaper }, { reapHost }, { remainingOf }, { raiseOverdue }] = await Promise.all([
    import("./reap/reap.ts"),
    import("./reap/liveHost.ts"),
    import("./reap/report.ts"),
    import("./reap/alerts.ts"),
  ]);
  const host = await reapHost();
  const report = await runReaper(host, { dryRun });
  if (json) await printJson(report);
  else await print(report, dryRun);
  const warn = (line: string) => console.error(`hearth: ${line}`);
  if (!dryRun)
    await raiseOverdue(host.stateDir, report, warn).catch((error: Error) =>
      warn(`cannot record what was skipped: ${error.message}`),
    );
  if (report.failed.length > 0 || remainingOf(report).length > 0) return 1;
  return dryRun && report.removed.length > 0 ? 10 : 0;
}

async function print(report: Report, dryRun: boolean): Promise<void> {
  const { removedLine, skippedLine, remainingOf, remainingLine, lastLine } = await import("./reap/report.ts");
  for (const each of report.removed) console.log(removedLine(each, dryRun));
  for (const { what, why } of report.failed) console.error(`hearth: ${what}: ${why}`);
  if (!dryRun) for (const skip of remainingOf(report)) console.error(`hearth: ${remainingLine(skip)}`);
  if (dryRun) for (const skip of report.skipped) console.log(skippedLine(skip));
  if (report.removed.length > 0 || report.failed.length > 0) console.log(lastLine(report, dryRun));
}

async function printJson({ removed, failed, skipped }: Report): Promise<void> {
  const { countsOf } = await import("./reap/report.ts");
  const parts = removed.map(each => ({ ...each, parts: each.parts.map(({ kind, name }) => ({ kind, name })) }));
  const counts = countsOf({ removed, failed, skipped });
  console.log(JSON.stringify({ removed: parts, failed, skipped, counts }, null, 2));
}
