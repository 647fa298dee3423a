// `hearth reap`: takes away what dead runs left behind; in small, at the start of each run.
import { livenessOf } from "../providers/lib/process/index.ts";
import {
  coordinationHost,
  isLease,
  isLeaseActive,
  isMaintenance,
  type StoredRecord,
  swarmStore,
} from "../providers/lib/coordination/index.ts";
import type { Report } from "./reap/reap.ts";
import { asError } from "./common/errors.ts";

export interface ReapFlags {
  readonly dryRun: boolean;
  readonly json: boolean;
}

/** 0: nothing is left that may go; 1: something couldn't be taken away; 10: `--dry-run`, and something would go. */
export async function reap({ dryRun, json }: ReapFlags): Promise<number> {
  const [{ reap: pass }, { reapHost: reapWorld }] = await Promise.all([
    import("./reap/reap.ts"),
    import("./reap/liveHost.ts"),
  ]);
  const report = await pass(await reapWorld(), { dryRun });
  if (json) await printJson(report);
  else await print(report, dryRun);
  if (report.failed.length > 0) return 1;
  return dryRun && report.removed.length > 0 ? 10 : 0;
}

/**
 * What is left of runs whose lease is over, taken away; gives back their names. Never throws, and waits for nobody: it costs one look at
 * the swarm where nothing hangs there.
 */
export async function reapDead(say: (line: string) => void): Promise<string[]> {
  try {
    const entries = await swarmStore.list();
    const leases = entries
      .filter(isLease)
      .map(async ({ record }) => ((await isLeaseActive(record, Date.now())) ? [] : [record.run]));
    const over = (await Promise.all(leases)).flat();
    if (over.length === 0 && !(await isStale(entries))) return [];
    const [{ reap: pass }, { reapHost: reapWorld }] = await Promise.all([
      import("./reap/reap.ts"),
      import("./reap/liveHost.ts"),
    ]);
    const report = await pass(await reapWorld(), { only: over, patience: 0 });
    await tell(report, say);
    return report.removed.map(({ what }) => what).filter(what => over.includes(what));
  } catch (error) {
    say(`what dead runs left couldn't be looked at: ${asError(error).message}`);
    return [];
  }
}

/** Whether a maintenance hangs there that nobody will take away any more. */
async function isStale(entries: readonly StoredRecord[]): Promise<boolean> {
  const hung = entries.find(isMaintenance);
  if (!hung || (await livenessOf(hung.record.holder)) !== "dead") return false;
  return coordinationHost(() => undefined).isStale(hung.record);
}

async function tell({ removed, failed }: Report, say: (line: string) => void): Promise<void> {
  const { removedLine } = await import("./reap/report.ts");
  for (const each of removed) say(removedLine(each, false));
  for (const { what, why } of failed) say(`warning: ${what}: ${why}`);
}

async function print(report: Report, dryRun: boolean): Promise<void> {
  const { removedLine, skippedLine, lastLine } = await import("./reap/report.ts");
  for (const each of report.removed) console.log(removedLine(each, dryRun));
  for (const { what, why } of report.failed) console.error(`hearth: ${what}: ${why}`);
  if (dryRun) for (const skip of report.skipped) console.log(skippedLine(skip));
  if (report.removed.length > 0 || report.failed.length > 0) console.log(lastLine(report, dryRun));
}

async function printJson({ removed, failed, skipped }: Report): Promise<void> {
  const { countsOf } = await import("./reap/report.ts");
  const parts = removed.map(each => ({ ...each, parts: each.parts.map(({ kind, name }) => ({ kind, name })) }));
  console.log(
    JSON.stringify({ removed: parts, failed, skipped, counts: countsOf({ removed, failed, skipped }) }, null, 2),
  );
}
