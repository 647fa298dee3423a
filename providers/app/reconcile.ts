// Reconciles a warm app with its inputs: recover, observe, ensure, sync, return.
import { probeAbra } from "../lib/abra/index.ts";
import { waitUntilRemoved, volumeNames } from "../lib/docker/index.ts";
import { type DeployedApp, findDeployed, HEALTHY, type ObservedApp } from "../lib/health/index.ts";
import { appFolder, clearUndeployedOnPurpose, markUndeployedOnPurpose, readOperation } from "../lib/state/index.ts";
import type { Lock } from "../lib/lock/index.ts";
import type { Log } from "../lib/text.ts";
import { withAppLock } from "./appLock.ts";
import { type AppContext, openContext } from "./context.ts";
import { applyEnvAtGate } from "./envAtGate.ts";
import { lastDeployed } from "./env.ts";
import { keysToSet, readEnvDrift } from "./envDrift.ts";
import { passGate } from "./gate.ts";
import type { UpgradeHost } from "./host.ts";
import type { CheckedWarmApp } from "./inputs.ts";
import { liveHost } from "./liveHost.ts";
import { withMaskedErrors } from "./maskErrors.ts";
import { observeApp } from "./observeApp.ts";
import { volumesAt } from "./recipe.ts";
import { forgetInputs, recordInputs } from "./recordedInputs.ts";
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
  const reconcileLocked = async (lock: Lock) => {
    const before = await observeApp(app);
    await clearUndeployedOnPurpose(appFolder(app.stateDir, app.domain));
    const context = await openContext(app, lock.fd, log);
    const host = await hostAt(context, before.version);
    if (!(await isEnvCurrent(context, before))) await applyEnvAtGate(host, version => configure(context, version));
    const recovered = await recover(host);
    const observed = recovered === "nothing" ? before : await observeApp(app);
    const present = recovered === "nothing" ? host : await hostAt(context, observed.version);
    const outcome = await reachInputs(app, context, recordingInputs(app, context, present), observed, options);
    await recordInputs(context.folder, app);
    return outcome;
  };
  return withAppLock(app, log, lock => withMaskedErrors(app, () => reconcileLocked(lock)));
}

/** The host, which records the inputs with the version that proves them: a later repair uses these. */
function recordingInputs(app: CheckedWarmApp, { folder }: AppContext, host: UpgradeHost): UpgradeHost {
  const commit = async (version: string) => {
    await recordInputs(folder, app);
    await host.commit(version);
  };
  return { ...host, commit };
}

async function reachInputs(
  app: CheckedWarmApp,
  context: AppContext,
  host: UpgradeHost,
  observed: ObservedApp,
  { first, adopted }: ReconcileOptions,
): Promise<Outcome> {
  if (first && observed.deployed) return adopt(app, observed, host);
  const isConfigured = await isEnvCurrent(context, observed);
  if (observed.condition !== HEALTHY || observed.version !== app.version || !isConfigured)
    return { version: await sync(context, host, observed, isConfigured), adopted };
  if ((await host.lastGood()) !== app.version) await commitRunning(host, app.version);
  return { version: app.version, adopted };
}

/** Whether no key of the .env is to be set. Only a key that `check` would announce makes hearth deploy the app. */
async function isEnvCurrent({ app, mirror }: AppContext, observed: DeployedApp): Promise<boolean> {
  return keysToSet(await readEnvDrift(app, mirror, observed)).length === 0;
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

/** Undeploys the app for good; keeps volumes, secrets and snapshots. Succeeds if nothing is deployed. */
export async function undeploy(app: CheckedWarmApp, log: Log): Promise<void> {
  const undeployLocked = async (lock: Lock) => {
    const { version } = await findDeployed(app);
    const context = await openContext(app, lock.fd, log);
    const host = await hostAt(context, version);
    await recover(host); // an open journal would deploy the app again
    await takeDown(context, host, (await findDeployed(app)).deployed);
  };
  await withAppLock(app, log, lock => withMaskedErrors(app, () => undeployLocked(lock)));
}

/**
 * Takes the app down under its lock. Before maintenance ends it records that the app stays down: `recover` would deploy
 * it again.
 */
export async function takeDown(
  { app, folder, stack, log }: AppContext,
  host: UpgradeHost,
  deployed: boolean,
): Promise<void> {
  const recordDown = async () => {
    await markUndeployedOnPurpose(folder);
    await forgetInputs(folder);
  };
  if (!deployed) {
    await tryGuard(host);
    await waitUntilRemoved(stack);
    return recordDown();
  }
  await host.drain("undeploy");
  try {
    await tryGuard(host); // stays until the app is healthy again
    await host.stop();
    await recordDown();
  } finally {
    await host.releaseMaintenance();
  }
  log(`${app.recipe}: undeployed; volumes and secrets are kept`);
}
