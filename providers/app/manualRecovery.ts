// What an operator can do with a broken app: retry the rollback, restore a snapshot, or accept what runs.
import type { Manifest } from "../lib/snapshot/index.ts";
import { type Operation, rollbackSteps } from "../lib/state/index.ts";
import { passGate } from "./gate.ts";
import type { UpgradeHost } from "./host.ts";
import { resume, type Recovery } from "./recover.ts";
import { runRollback, type RolledBack } from "./rollback.ts";
import { commitUpgrade } from "./upgrade.ts";

export interface RetryOptions {
  /** Starts the version before on today's data: the snapshot isn't restored. */
  readonly keepData: boolean;
}

/**
 * Continues where the rollback failed: space was freed, a registry answers again. Throws as `checkRetry` and `recover`.
 */
export async function retry(host: UpgradeHost, options: RetryOptions = { keepData: false }): Promise<Recovery> {
  const operation = await host.operation();
  if (!operation) return "nothing";
  await checkRetry(host, operation, options);
  await host.claimMaintenance(`${operation.from} → ${operation.to}, retried`);
  const changes = { broken: undefined, undecided: undefined, ...(options.keepData && { snapshot: undefined }) };
  return resume(host, await host.writeStep(operation, operation.step, changes));
}

/** Throws UnusableSnapshotError, or Error if `keepData` isn't possible; then nothing has changed. */
export async function checkRetry(host: UpgradeHost, operation: Operation, { keepData }: RetryOptions): Promise<void> {
  const due = snapshotToRestore(operation);
  const snapshot = due !== undefined && (await host.isRestoreStarted(operation)) ? undefined : due;
  if (keepData && snapshot === undefined)
    throw new Error(`${host.name}: no rollback is about to restore data: use hearth retry without --keep-data`);
  if (keepData) await refuseLost(host, operation);
  if (!keepData && snapshot !== undefined) await host.verifySnapshot(snapshot);
}

/** What was removed exists in the snapshot alone: without it the app would begin with an empty volume. */
async function refuseLost(host: UpgradeHost, operation: Operation): Promise<void> {
  const lost = [...new Set([...(operation.lost ?? []), ...(await host.lostVolumes(operation))])];
  if (lost.length > 0)
    throw new Error(`${host.name}: volume ${lost.join(", ")} was removed: use hearth retry without --keep-data`);
}

/** Pure: the snapshot of a rollback that isn't past its restore. */
function snapshotToRestore({ rollingBack, snapshot, step }: Operation): string | undefined {
  const order: readonly string[] = rollbackSteps;
  return rollingBack && order.indexOf(step) <= order.indexOf("restore") ? snapshot : undefined;
}

/**
 * Restores a snapshot's version, data and .env; the present data stays beside until the app is healthy. Throws
 * UnusableSnapshotError, with nothing stopped; BrokenError if it doesn't become healthy.
 */
export async function restoreTo(
  host: UpgradeHost,
  { version, id }: Pick<Manifest, "version" | "id">,
): Promise<RolledBack> {
  const operation = await beginRestore(host, version, id);
  return runRollback(host, operation, "undeploy");
}

/** A broken app is down and waits for no lease; a healthy one may be in use. */
async function beginRestore(host: UpgradeHost, version: string, id: string): Promise<Operation> {
  const isBroken = (await host.operation()) !== undefined;
  if (isBroken) await host.claimMaintenance(`back to ${version}`);
  else await host.drain(`back to ${version}`);
  try {
    await host.verifySnapshot(id);
    return await host.beginRestore({ version, snapshot: id });
  } catch (error) {
    if (!isBroken) await host.releaseMaintenance();
    throw error;
  }
}

/**
 * Makes what runs last good after a whole healthy window, and closes an open operation. Returns the version. Throws
 * UnhealthyError, InconclusiveError.
 */
export async function accept(host: UpgradeHost): Promise<string> {
  const { version } = await host.running();
  if (version === undefined) throw new Error(`${host.name}: no version that abra deployed is running`);
  await passGate(host, version, undefined);
  const operation = await host.operation();
  if (!operation) {
    await host.commit(version);
    return version;
  }
  await host.claimMaintenance(`${version} accepted`); // to be released by this process
  // If it is interrupted in its commit, it is finished and never rolled back.
  const accepted = { ...operation, to: version, rollingBack: false, rejectsTarget: undefined, broken: undefined };
  await commitUpgrade(host, accepted, version);
  return version;
}
