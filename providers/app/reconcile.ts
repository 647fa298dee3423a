// Reconciles a warm app with its inputs: recover, observe, ensure, sync, return.
import { probeAbra } from "../lib/abra/index.ts";
import { waitUntilRemoved, volumeNames } from "../lib/docker/index.ts";
import { findDeployed, HEALTHY, type ObservedApp } from "../lib/health/index.ts";
import { hasTag } from "../lib/recipe/index.ts";
import { appFolder, clearUndeployedOnPurpose, isRejected, readOperation } from "../lib/state/index.ts";
import type { Log } from "../lib/text.ts";
import { withAppLock } from "./appLock.ts";
import { type AppContext, ensureApp, openContext } from "./context.ts";
import { isEnvCurrent, lastDeployed, writeEnv } from "./env.ts";
import { passGate } from "./gate.ts";
import type { UpgradeHost } from "./host.ts";
import type { CheckedWarmApp } from "./inputs.ts";
import { liveHost } from "./liveHost.ts";
import { observeApp } from "./observeApp.ts";
import { remedyOf } from "./remedy.ts";
import { recover } from "./recover.ts";
import { ensureSecretsOf } from "./secrets.ts";
import { upgrade } from "./upgrade.ts";

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
    const recovered = await recover(host);

    const observed = recovered === "nothing" ? before : await observeApp(app);
    if (options.first && observed.deployed) return adopt(app, observed, host);
    const { adopted } = options;
    if (!(await isCurrent(app, observed))) return { version: await sync(context, host, observed), adopted };
    await commitRunning(host, app.version);
    return { version: app.version, adopted };
  });
}

async function isCurrent(app: CheckedWarmApp, observed: ObservedApp): Promise<boolean> {
  return observed.condition === HEALTHY && observed.version === app.version && (await isEnvCurrent(app));
}

/** Deploys, repairs or upgrades the app to its inputs. Returns the version that runs. */
async function sync(context: AppContext, host: UpgradeHost, observed: ObservedApp): Promise<string> {
  const { app } = context;
  await ensureApp(context);
  const current = observed.version ?? (await lastDeployed(app));
  // Without a version that was ever healthy here there is nothing to return to: deploy the one that is wanted now.
  const remedy = remedyOf(observed);
  const lastGood = await host.lastGood();
  if (remedy === "redeploy" && lastGood === undefined) {
    await bringUp(context, host, app.version);
    return app.version;
  }
  if (current === undefined) throw new Error(`${app.domain} runs, but ${NO_VERSION}`);
  if (remedy === "redeploy") await bringUp(context, host, current);
  else await commitRunning(host, current);
  // commitRunning waits only for a version that isn't last good yet.
  if (remedy === "wait" && lastGood === current) await passGate(host, current, {});
  const to = await allowedVersion(context, current);
  if (current !== to || !(await isEnvCurrent(app))) await upgrade(host, { from: current, to });
  return to;
}

/** The version to go to: a version that failed here after `check` chose it isn't tried again. */
async function allowedVersion({ app, folder, log }: AppContext, current: string): Promise<string> {
  if (app.version === current || !(await isRejected(folder, app.version))) return app.version;
  const todo = `hearth approve ${app.recipe} ${app.version} allows another attempt`;
  log(`${app.recipe}: stays at ${current}: ${app.version} failed here meanwhile; ${todo}`);
  return current;
}

const NO_VERSION = "abra recorded no version: deploy a tagged version, or undeploy it";

/**
 * The UpgradeHost of an app that runs `version`. Its volumes are those of the version before an open operation, else of
 * `version`; for a version without a tag, those that Docker lists.
 */
export async function hostAt(context: AppContext, version: string | undefined): Promise<UpgradeHost> {
  const known = (await readOperation(context.folder))?.from ?? version ?? (await lastDeployed(context.app));
  const tagged = known !== undefined && (await hasTag(context.mirror, known));
  return liveHost(context, tagged ? (await context.recipeAt(known)).compose.volumes : await volumeNames(context.stack));
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

/** Records the running version as last good after a full health window, unless it already is. */
async function commitRunning(host: UpgradeHost, version: string): Promise<void> {
  const lastGood = await host.lastGood();
  if (lastGood === version) return;
  if (lastGood !== undefined) {
    const found = `another person deployed ${version} over ${lastGood}`;
    host.log(`${host.name}: ${found}; it becomes last good after a full health window`);
  }
  await passGate(host, version, {});
  await host.commit(version);
}

/** Deploys `version` on the present data, for the first time or as a repair, and waits until it is healthy. */
export async function bringUp(context: AppContext, host: UpgradeHost, version: string): Promise<void> {
  if (await writeEnv(context.app)) context.log(`${context.app.recipe}: .env updated`);
  await ensureSecretsOf(context, version);
  const rollbacks = await host.rollbacks();
  await host.deploy(version);
  await passGate(host, version, {}, rollbacks);
  await host.commit(version);
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
      await host.stop();
    } finally {
      await host.releaseMaintenance();
    }
    log(`${app.recipe}: undeployed; volumes and secrets are kept`);
  });
}
