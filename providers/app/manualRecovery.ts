// What an operator can do with a broken app: retry the rollback, restore a snapshot, or accept what runs.
import type { Manifest } from "../lib/snapshot/index.ts";
import type { Operation } from "../lib/state/index.ts";
import { passGate } from "./gate.ts";
import type { UpgradeHost } from "./host.ts";
import { resume, type Recovery } from "./recover.ts";
import { runRollback, type RolledBack } from "./rollback.ts";
import { commitUpgrade } from "./upgrade.ts";

/** Continues where the rollback failed: space was freed, a registry answers again. Throws as `recover`. */
export async function retry(host: UpgradeHost): Promise<Recovery> {
  const operation = await host.operation();
  if (!operation) return "nothing";
  await host.claimMaintenance(`${operation.from} → ${operation.to}, retried`);
  return resume(host, await host.writeStep(operation, operation.step, { broken: undefined, undecided: undefined }));
}

/**
 * Restores a snapshot's version, data and .env; the present data stays beside until the app is healthy. Throws
 * BrokenError if it doesn't become healthy.
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
