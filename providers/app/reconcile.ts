// Reconciles a warm app with its inputs: recover, observe, ensure, sync, return.
import { probeAbra } from "../lib/abra/index.ts";
import { waitUntilRemoved, volumeNames } from "../lib/docker/index.ts";
import { findDeployed, HEALTHY, type ObservedApp } from "../lib/health/index.ts";
import { appFolder, clearUndeployedOnPurpose, readOperation } from "../lib/state/index.ts";
import type { Log } from "../lib/text.ts";
import { withAppLock } from "./appLock.ts";
import { type AppContext, openContext } from "./context.ts";
import { applyEnvAtGate } from "./envAtGate.ts";
import { isEnvCurrent, lastDeployed } from "./env.ts";
import { passGate } from "./gate.ts";
import type { UpgradeHost } from "./host.ts";
import type { CheckedWarmApp } from "./inputs.ts";
import { liveHost } from "./liveHost.ts";
import { observeApp } from "./observeApp.ts";
import { volumesAt } from "./recipe.ts";
import { recover } from "./recover.ts";
import { tryGuard } from "./rollback.ts";
import { commitRunning, configure, NO_VERSION, sync } from "./sync.ts";

export interface Outcome {
  /** The version that runs. */
  readonly version: string;
  /** Whether hearth found the app running instead of deploying it. */
  readonly adopted: boolean;
}

interface ReconcileOptions {
  /** Pulumi has no state of the app: if it runs, adopt it unchanged; upgrades begin with the next `up`. */
  readonly first: boolean;
  /** Whether hearth found the app running instead of deploying it. */
  readonly adopted: boolean;
}

/**
 * Brings the app to its inputs' version and .env, healthy for a full window; changes nothing if it is there already.
 * Throws LockedError, UnhealthyError, InconclusiveError and the errors of errors.ts.
 */
export async function reconcile(app: CheckedWarmApp, options: ReconcileOptions, log: Log): Promise<Outcome> {
  await probeAbra();
  return withAppLock(app, log, async lock => {
    const before = await observeApp(app);
    await clearUndeployedOnPurpose(appFolder(app.stateDir, app.domain));
    const context = await openContext(app, lock.fd, log);
    const host = await hostAt(context, before.version);
    if (!(await isEnvCurrent(app))) await applyEnvAtGate(host, version => configure(context, version));
    const recovered = await recover(host);
    if (recovered === "nothing") return reachInputs(app, context, host, before, options);
    const observed = await observeApp(app);
    return reachInputs(app, context, await hostAt(context, observed.version), observed, options);
  });
}

async function reachInputs(
  app: CheckedWarmApp,
  context: AppContext,
  host: UpgradeHost,
  observed: ObservedApp,
  { first, adopted }: ReconcileOptions,
): Promise<Outcome> {
  if (first && observed.deployed) return adopt(app, observed, host);
  if (!(await isCurrent(app, observed))) return { version: await sync(context, host, observed), adopted };
  if ((await host.lastGood()) !== app.version) await commitRunning(host, app.version);
  return { version: app.version, adopted };
}

async function isCurrent(app: CheckedWarmApp, observed: ObservedApp): Promise<boolean> {
  return observed.condition === HEALTHY && observed.version === app.version && (await isEnvCurrent(app));
}

/**
 * The UpgradeHost of an app that runs `version`. Its volumes are those of the version before an open operation, else of
 * `version`, with the .env that it was deployed with; if its compose files can't be read, those that Docker lists.
 */
export async function hostAt(context: AppContext, version: string | undefined): Promise<UpgradeHost> {
  const operation = await readOperation(context.folder);
  const known = operation?.from ?? version ?? (await lastDeployed(context.app));
  const declared = known === undefined ? undefined : await volumesAt(context, known, operation?.id);
  return liveHost(context, declared ?? (await volumeNames(context.stack)));
}

/** Leaves a healthy app that hearth didn't deploy unchanged, and records it as last good. */
async function adopt(app: CheckedWarmApp, observed: ObservedApp, host: UpgradeHost): Promise<Outcome> {
  const { version, chaos } = observed;
  if (version === undefined) throw new Error(`${app.domain} already runs, but ${NO_VERSION}`);
  host.log(`${app.recipe}: already runs at ${version}${chaos ? " (chaos)" : ""}; adopted unchanged`);
  await passGate(host, version, {});
  await host.commit(version);
  return { version, adopted: true };
}

/** Undeploys the app; keeps volumes, secrets and snapshots. Succeeds if nothing is deployed. */
export async function undeploy(app: CheckedWarmApp, log: Log): Promise<void> {
  await withAppLock(app, log, async lock => {
    const { version } = await findDeployed(app);
    const context = await openContext(app, lock.fd, log);
    const host = await hostAt(context, version);
    await recover(host); // an open journal would deploy the app again
    if (!(await findDeployed(app)).deployed) return waitUntilRemoved(context.stack);
    await host.drain("undeploy");
    try {
      await tryGuard(host); // stays until the app is healthy again
      await host.stop();
    } finally {
      await host.releaseMaintenance();
    }
    log(`${app.recipe}: undeployed; volumes and secrets are kept`);
  });
}
