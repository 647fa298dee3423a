// Repairs a warm app: recovers an interrupted operation, then redeploys the same version if it is down. Never upgrades.
import { raise } from "../lib/alerts/index.ts";
import {
  appFolder,
  type AppFolder,
  isUndeployedOnPurpose,
  lastRepair,
  recordRepair,
  repairsSince,
} from "../lib/state/index.ts";
import type { Lock } from "../lib/lock/index.ts";
import { InterruptedError, orAborted } from "../lib/run/index.ts";
import { lastDeployed } from "./env.ts";
import { type AppContext, openContext } from "./context.ts";
import type { UpgradeHost } from "./host.ts";
import type { WarmAppInputs } from "./inputs.ts";
import { findDeployed, InconclusiveError, type ObservedApp } from "../lib/health/index.ts";
import { withAppLock } from "./appLock.ts";
import { withMaskedErrors } from "./maskErrors.ts";
import { observeApp } from "./observeApp.ts";
import { readRecordedInputs } from "./recordedInputs.ts";
import { hostAt } from "./reconcile.ts";
import { bringUp } from "./sync.ts";
import { remedyOf } from "./remedy.ts";
import { recover } from "./recover.ts";
import { shortReason } from "../lib/reason.ts";
import { errorMessage, type Log } from "../lib/text.ts";

const HOUR = 3_600_000;
/** Repairs of one app within an hour, before a person is alerted. */
const MAX_REPAIRS = 3;

interface RepairOptions {
  /** Milliseconds to wait for the app's lock. */
  readonly wait: number;
  /** Fails if a repair was attempted after this one (of `lastRepair`), so that concurrent runs cause one repair. */
  readonly after?: string;
  /**
   * Ends the waits, for the lock and at the gate, once it aborts, with its reason as the error. What has begun to
   * change the app finishes.
   */
  readonly signal?: AbortSignal;
}

/**
 * Repairs the app with the inputs of the last `up`, else with `app`: settings since then need a preview. Logs what it
 * observes and does. Throws LockedError, or an error if the app isn't healthy afterwards.
 */
export function repair(app: WarmAppInputs, log: Log, options: RepairOptions): Promise<void> {
  return repairWith(app, log, options, async () => (await readRecordedInputs(folderOf(app))) ?? app);
}

type Identity = Pick<WarmAppInputs, "recipe" | "domain" | "stateDir">;

/** As `repair`, for a run: only with the inputs of the last `up`, for the run's configuration isn't the app's. */
export function repairForRun(app: Identity, log: Log, options: RepairOptions): Promise<void> {
  return repairWith(app, log, options, () => inputsOfUp(app));
}

function repairWith(
  app: Identity,
  log: Log,
  { wait, after, signal }: RepairOptions,
  inputs: () => Promise<WarmAppInputs>,
): Promise<void> {
  const work = async (lock: Lock) => repairLocked(await inputs(), lock, log, { after, signal });
  return withAppLock(app, log, work, wait, signal);
}

/** Throws if there are none. */
export async function inputsOfUp(app: Identity): Promise<WarmAppInputs> {
  const recorded = await readRecordedInputs(folderOf(app));
  if (recorded) return recorded;
  throw new Error(`${app.domain}: no inputs recorded on this host: pulumi up -s warm records them`);
}

function folderOf({ stateDir, domain }: Identity): AppFolder {
  return appFolder(stateDir, domain);
}

type Repaired = { readonly after?: string | undefined; readonly signal?: AbortSignal | undefined };

function repairLocked(app: WarmAppInputs, lock: Lock, log: Log, options: Repaired): Promise<void> {
  return withMaskedErrors(app, () => repairUnmasked(app, lock, log, options));
}

async function repairUnmasked(app: WarmAppInputs, lock: Lock, log: Log, options: Repaired): Promise<void> {
  const folder = folderOf(app);
  if ((await isUndeployedOnPurpose(folder)) && !(await findDeployed(app)).deployed)
    return log(`${app.recipe} not deployed: undeployed by pulumi destroy`);
  const context = await openContext(app, lock.fd, log);
  const recovered = await recover(await hostAt(context, (await findDeployed(app)).version));
  if (recovered !== "nothing") log(`${app.recipe}: interrupted operation ${recovered}`);
  const observed = await observeApp(app);
  const host = await hostAt(context, observed.version ?? (await lastDeployed(app)));
  await repairObserved(context, host, observed, options);
}

type Observed = Pick<ObservedApp, "deployed" | "version" | "state" | "condition">;

/** Repairs the app as it was observed. Its lock is held, and no operation is open. */
export async function repairObserved(
  context: AppContext,
  host: UpgradeHost,
  observed: Observed,
  { after, signal }: Repaired = {},
): Promise<void> {
  const { app, folder, log } = context;
  const version = observed.version ?? (await lastDeployed(app));
  const remedy = remedyOf(observed);
  if (remedy === "none") {
    await host.clearFirstDeploy();
    return log(`${app.recipe} ${observed.version} healthy`);
  }
  if (remedy === "wait") {
    const { condition } = observed;
    await alert(context, "unreachable", condition, "check its DNS record, its certificate and Traefik's routers");
    throw new InconclusiveError(`${app.domain} is ${condition}: only the route fails, so it isn't redeployed`);
  }
  if (version === undefined || (await host.lastGood()) === undefined) return refuseUnknown(context, host, observed);
  if (after !== undefined && (await lastRepair(folder)) !== after)
    throw new Error(`repair attempted moments ago; still ${observed.condition}`);
  if ((await repairsSince(folder, HOUR)) >= MAX_REPAIRS) {
    const why = `after ${MAX_REPAIRS} repairs within an hour: ${observed.condition}`;
    await alert(context, "repairs", why, "check its logs; hearth retries in an hour");
    throw new Error(`${app.domain} is down (${observed.condition}) after ${MAX_REPAIRS} repairs within an hour`);
  }
  await recordRepair(folder);
  log(`${app.recipe}: ${observed.condition}; redeploying ${version}`);
  await bringUp(context, signal ? leavingGate(host, signal) : host, version).catch(async error => {
    if (error instanceof InterruptedError) throw error; // the app goes on starting
    const why = `repair failed: ${shortReason(host.mask(errorMessage(error)))}`;
    await alert(context, "repair failed", why, "check its logs; hearth retries");
    throw error;
  });
}

/** The host, whose gate isn't waited for once `signal` aborts. */
function leavingGate(host: UpgradeHost, signal: AbortSignal): UpgradeHost {
  return { ...host, gate: (...args) => orAborted(host.gate(...args), signal) };
}

/** Without last good, only an `up` may deploy. An app that was never deployed here isn't an outage. */
async function refuseUnknown(context: AppContext, host: UpgradeHost, observed: Observed): Promise<void> {
  const { app, log } = context;
  const { deployed, condition } = observed;
  if (!deployed && (await host.failedFirstDeploys()) === undefined)
    return log(`${app.recipe} ${condition}: not deployed by hearth yet`);
  const why = `${condition}, and no version was healthy here so far`;
  await alert(context, "no last good", why, "check its logs; the next pulumi up deploys it again");
  throw new Error(`${app.domain} is ${condition}: no last good version to redeploy; pulumi up deploys it`);
}

async function alert({ app, log }: AppContext, what: string, why: string, todo: string): Promise<void> {
  const key = `${app.domain} ${what} ${today()}`;
  await raise(app.stateDir, { key, severity: "critical", app: app.recipe, recovered: false, why, todo }, log);
}

/** One alert a day per outage. */
function today(): string {
  return new Date().toISOString().slice(0, 10);
}
