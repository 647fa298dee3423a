// Brings a kept app that is down up again at the version it had; finishes or undoes first what was interrupted; never upgrades.
import { raise } from "../lib/alerts/index.ts";
import { appFolder, isUndeployedOnPurpose, recordRepair, repairsSince } from "../lib/state/index.ts";
import type { Lock } from "../lib/lock/index.ts";
import { lastDeployed } from "./env.ts";
import { openContext } from "./context.ts";
import type { WarmAppInputs } from "./inputs.ts";
import { HEALTHY, observe } from "../lib/health/index.ts";
import { withAppLock } from "./appLock.ts";
import { bringUp, hostAt } from "./reconcile.ts";
import { recover } from "./recover.ts";
import { errorMessage, type Log } from "../lib/text.ts";

const HOUR = 3_600_000;
/** Repairs of one app in an hour; what is down again by then wants a person. */
const REPAIRS = 3;

export interface Patience {
  /** Milliseconds to wait for another hearth that works on the app. */
  readonly wait: number;
  /** Not again where somebody tried since then (ms since 1970): ten runs that find it down make one repair. */
  readonly since?: number;
}

/** Says what it found and did. Throws LockedError, and why the app isn't well. */
export function repair(app: WarmAppInputs, log: Log, { wait, since }: Patience): Promise<void> {
  return withAppLock(app, log, lock => underLock(app, lock, log, since), wait);
}

async function underLock(app: WarmAppInputs, lock: Lock, log: Log, since: number | undefined): Promise<void> {
  const folder = appFolder(app.stateDir, app.domain);
  if ((await isUndeployedOnPurpose(folder)) && !(await observe(app)).deployed)
    return log(`${app.recipe} not deployed: it was taken down with pulumi destroy`);
  const context = await openContext(app, lock.fd, log);
  const did = await recover(await hostAt(context, (await observe(app)).version));
  if (did !== "nothing") log(`${app.recipe}: the interrupted operation is ${did}`);
  const seen = await observe(app);
  const version = seen.version ?? (await lastDeployed(app));
  const host = await hostAt(context, version);
  if (seen.condition === HEALTHY) return log(`${app.recipe} ${seen.version} healthy`);
  if (version === undefined || (await host.lastGood()) === undefined)
    return log(`${app.recipe} ${seen.condition}: it never ran here, so there is nothing to repair`);
  if (since !== undefined && (await repairsSince(folder, Date.now() - since)) > 0)
    throw new Error(`it was tried just now, and is ${seen.condition}`);
  if ((await repairsSince(folder, HOUR)) >= REPAIRS) {
    const why = `${app.domain} is down (${seen.condition}), and was repaired ${REPAIRS} times within the hour`;
    const todo = "look at its logs; hearth tries again in an hour";
    await raise(
      app.stateDir,
      { key: `${app.domain} repairs ${today()}`, severity: "critical", app: app.recipe, recovered: false, why, todo },
      log,
    );
    throw new Error(why);
  }
  await recordRepair(folder);
  log(`${app.recipe}: ${seen.condition}; deploying the version it had, ${version}`);
  await bringUp(context, host, version).catch(async error => {
    const why = `${app.domain} is down (${seen.condition}), and couldn't be repaired: ${host.mask(errorMessage(error))}`;
    const key = `${app.domain} repair failed ${today()}`;
    await raise(
      app.stateDir,
      {
        key,
        severity: "critical",
        app: app.recipe,
        recovered: false,
        why,
        todo: "look at its logs; hearth tries again",
      },
      log,
    );
    throw error;
  });
}

/** An outage is told once a day. */
function today(): string {
  return new Date().toISOString().slice(0, 10);
}
