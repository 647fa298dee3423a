// The cheap reap at the start of every run: only runs whose lease is over, and stale maintenance.
import {
  coordinationHost,
  isLease,
  isLeaseActive,
  isMaintenance,
  isMaintenanceOver,
  swarmStore,
  type StoredRecord,
} from "../../providers/lib/coordination/index.ts";
import { displayed } from "../common/errors.ts";

/**
 * Removes the remains of runs whose lease is over, and returns their names. Never throws or waits; costs one query if
 * there is no such run.
 */
export async function reapDead(log: (line: string) => void): Promise<string[]> {
  try {
    const records = await swarmStore.list();
    const dead = await deadRuns(records);
    return dead.length > 0 || (await hasStaleMaintenance(records)) ? await reapRuns(dead, log) : [];
  } catch (error) {
    log(`cannot reap dead runs: ${displayed(error)}`);
    return [];
  }
}

async function deadRuns(records: readonly StoredRecord[]): Promise<string[]> {
  const runs = records
    .filter(isLease)
    .map(async ({ record }) => ((await isLeaseActive(record, Date.now())) ? [] : [record.run]));
  return (await Promise.all(runs)).flat();
}

async function hasStaleMaintenance(records: readonly StoredRecord[]): Promise<boolean> {
  const maintenance = records.find(isMaintenance);
  return (
    maintenance !== undefined &&
    isMaintenanceOver(
      coordinationHost(() => undefined),
      maintenance.record,
    )
  );
}

async function reapRuns(dead: readonly string[], log: (line: string) => void): Promise<string[]> {
  const [{ reap }, { reapHost }, { removedLine }] = await Promise.all([
    import("./reap.ts"),
    import("./liveHost.ts"),
    import("./report.ts"),
  ]);
  const { removed, failed } = await reap(await reapHost(), { only: [...dead], patience: 0 });
  for (const each of removed) log(removedLine(each, false));
  for (const { what, why } of failed) log(`warning: ${what}: ${why}`);
  return removed.map(({ what }) => what).filter(what => dead.includes(what));
}
