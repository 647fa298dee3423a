// The three ways out of `broken`, each a person's: go on, go back further, or take what runs as it is.
import type { Manifest } from "../lib/snapshot/index.ts";
import { runRollback } from "./rollback.ts";
import { UpgradeError } from "./errors.ts";
import { resume, type Recovered } from "./recover.ts";
import { finish } from "./upgrade.ts";
import { passGate } from "./gate.ts";
import type { UpgradeHost } from "./host.ts";

/** Goes on where the way back broke off: space was freed, a registry answers again. Throws as `recover`. */
export async function retry(host: UpgradeHost): Promise<Recovered> {
  const operation = await host.operation();
  if (!operation) return "nothing";
  await host.claimMaintenance(`${operation.from} → ${operation.to}, tried again`);
  const open = await host.writeStep(operation, operation.step, { broken: undefined });
  return resume(host, open).catch(undone);
}

/**
 * The app back at a snapshot's version, with its data and .env; what is in the volumes now stays beside until that is healthy.
 * Throws BrokenError where it doesn't come up.
 */
export async function restoreTo(
  host: UpgradeHost,
  { version, id }: Pick<Manifest, "version" | "id">,
): Promise<Recovered> {
  // A broken one is down, and waits for nobody; what is well may be in use.
  const broken = (await host.operation()) !== undefined;
  if (broken) await host.claimMaintenance(`back to ${version}`);
  else await host.drain(`back to ${version}`);
  const operation = await host.beginRestore({ version, snapshot: id }).catch(async error => {
    if (!broken) await host.releaseMaintenance();
    throw error;
  });
  return runRollback(host, operation, "undeploy").catch(undone);
}

/** What runs now is last good, once it was well for a whole window: then nothing is left to be undone. Throws UnhealthyError, InconclusiveError. */
export async function accept(host: UpgradeHost): Promise<string> {
  const { version } = await host.running();
  if (version === undefined)
    throw new Error(`${host.name} runs at no version that abra wrote: there is nothing to accept`);
  await passGate(host, version, undefined);
  const operation = await host.operation();
  if (operation) await host.claimMaintenance(`${version} accepted`); // to be given back as this process's
  // Cut off in its commit, it is finished, and never gone back from.
  const settled = operation && {
    ...operation,
    to: version,
    rollingBack: false,
    rejectsTarget: undefined,
    broken: undefined,
  };
  if (settled) await finish(host, settled, version);
  else await host.commit(version);
  return version;
}

async function undone(error: unknown): Promise<Recovered> {
  if (error instanceof UpgradeError) return "undone";
  throw error;
}
