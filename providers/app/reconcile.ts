// Makes an app be as its inputs say: recover, observe, ensure, sync, return. Nothing at all where it is so already.
import { probeAbra } from "../lib/abra/index.ts";
import { hasTag } from "../lib/recipe/index.ts";
import { appFolder, type AppFolder, clearUndeployedOnPurpose, readOperation } from "../lib/state/index.ts";
import { type Lock, withLock } from "../lib/lock/index.ts";
import { volumeNames, waitUntilRemoved } from "../lib/docker/index.ts";
import { envHolds, lastDeployed, writeEnv } from "./env.ts";
import { liveHost } from "./liveHost.ts";
import { ensureApp, openContext, type AppContext } from "./context.ts";
import type { WarmAppInputs, CheckedWarmApp } from "./inputs.ts";
import { ensureSecrets } from "../lib/secrets/index.ts";
import { HEALTHY, observe, type ObservedApp } from "../lib/health/index.ts";
import { recover } from "./recover.ts";
import { upgrade } from "./upgrade.ts";
import { passGate } from "./gate.ts";
import type { UpgradeHost } from "./host.ts";
import type { Log } from "../lib/text.ts";

export interface Outcome {
  /** The version that really runs. */
  readonly version: string;
  /** Whether hearth found it running instead of making it. */
  readonly adopted: boolean;
}

export interface ReconcileOptions {
  /** No state of it yet: what runs already is adopted, and changed by the next `up` at the earliest. */
  readonly first: boolean;
  /** The .env that was applied last differs from the one wanted. */
  readonly envChanged: boolean;
  readonly adopted: boolean;
}

/** The app as wanted and healthy for a whole window. Throws what kept it from that: see errors.ts. */
export async function reconcile(app: CheckedWarmApp, options: ReconcileOptions, log: Log): Promise<Outcome> {
  await probeAbra();
  return withAppLock(app, log, lock => underLock(app, options, lock, log));
}

/** Runs `work` as the only one who changes the app, across processes. Throws LockedError after `wait` ms. Default: an upgrade's whole length. */
export function withAppLock<T>(
  app: Pick<WarmAppInputs, "stateDir" | "domain" | "recipe">,
  log: Log,
  work: (lock: Lock) => Promise<T>,
  wait = 3_600_000,
): Promise<T> {
  const folder = appFolder(app.stateDir, app.domain);
  return withLock(folder.lock, work, { wait, onWait: () => void tellHolder(folder, app.recipe, log) });
}

/** Who holds the lock, at what, and since when, as far as the journal says. */
async function tellHolder(folder: AppFolder, recipe: string, log: Log): Promise<void> {
  const operation = await readOperation(folder).catch(() => undefined);
  const what =
    operation &&
    `pid ${operation.holder.pid} on ${operation.holder.host}, at ${operation.step} of ${operation.from} → ${operation.to} since ${operation.startedAt}`;
  log(`${recipe}: waiting for another hearth that works on it${what ? `: ${what}` : ""}`);
}

async function underLock(app: CheckedWarmApp, options: ReconcileOptions, lock: Lock, log: Log): Promise<Outcome> {
  const first = await observe(app);
  await clearUndeployedOnPurpose(appFolder(app.stateDir, app.domain));
  const context = await openContext(app, lock.fd, log);
  const host = await hostAt(context, first.version);
  const recovered = await recover(host);

  const seen = recovered === "nothing" ? first : await observe(app);
  if (options.first && seen.deployed) return adopt(app, seen, host);
  const envWanted = options.envChanged || !(await envHolds(app));
  if (seen.condition === HEALTHY && seen.version === app.version && !envWanted) {
    await takeOver(host, app.version);
    return { version: app.version, adopted: options.adopted };
  }

  await ensureApp(context);
  const current = seen.version ?? (await lastDeployed(app));
  if (!seen.deployed && (await host.lastGood()) === undefined) {
    await bringUp(context, host, app.version); // nothing of it to go back to yet
    return { version: app.version, adopted: options.adopted };
  }
  if (current === undefined)
    throw new Error(`${app.domain} runs at a version that abra didn't write: deploy it by a tag once, or remove it`);
  if (seen.condition !== HEALTHY) await bringUp(context, host, current);
  else await takeOver(host, current);
  if (current !== app.version || !(await envHolds(app))) await upgrade(host, { from: current, to: app.version });
  return { version: app.version, adopted: options.adopted };
}

/**
 * The World of an app whose running version is `version`: its volumes are that version's, or those of the version that an open operation
 * came from; of one without a tag, those that docker knows.
 */
export async function hostAt(context: AppContext, version: string | undefined): Promise<UpgradeHost> {
  const known = (await readOperation(context.folder))?.from ?? version ?? (await lastDeployed(context.app));
  const tagged = known !== undefined && (await hasTag(context.mirror, known));
  return liveHost(context, tagged ? (await context.composeAt(known)).volumes : await volumeNames(context.stack));
}

/** What hearth did not make stays as it is, if only it is well. */
async function adopt(app: CheckedWarmApp, seen: ObservedApp, host: UpgradeHost): Promise<Outcome> {
  if (seen.version === undefined)
    throw new Error(
      `${app.domain} runs already, but not at a version that abra wrote: deploy it by a tag once, or remove it`,
    );
  host.log(`${app.recipe}: runs already at ${seen.version}${seen.chaos ? " (chaos)" : ""}; taken over as it is`);
  await passGate(host, seen.version, {});
  await host.commit(seen.version);
  return { version: seen.version, adopted: true };
}

/** What runs well but isn't last good was deployed by somebody else: it passes the gate before it counts, or is left. */
async function takeOver(host: UpgradeHost, version: string): Promise<void> {
  const last = await host.lastGood();
  if (last === version) return;
  if (last !== undefined)
    host.log(
      `${host.name}: ${version} runs instead of ${last}: somebody else deployed it; taken over once it was well for a whole window`,
    );
  await passGate(host, version, {});
  await host.commit(version);
}

/** Deploys `version` on whatever data there is: the first time, or because the app is down. */
export async function bringUp(context: AppContext, host: UpgradeHost, version: string): Promise<void> {
  if (await writeEnv(context.app)) context.log(`${context.app.recipe}: .env set`);
  await ensureSecrets(context, (await context.composeAt(version)).secrets, context.log);
  await host.deploy(version);
  await passGate(host, version, {});
  await host.commit(version);
}

/** Down without its data: volumes, secrets and snapshots stay. Absent is success. */
export async function undeploy(app: CheckedWarmApp, log: Log): Promise<void> {
  await withAppLock(app, log, async lock => {
    const seen = await observe(app);
    const context = await openContext(app, lock.fd, log);
    const host = await hostAt(context, seen.version);
    await recover(host); // what isn't decided, or is broken, is a person's first: an open journal would bring it back
    if (!(await observe(app)).deployed) return waitUntilRemoved(context.stack);
    await host.drain("being taken down");
    try {
      await host.stop();
    } finally {
      await host.releaseMaintenance();
    }
    log(`${app.recipe}: undeployed; its volumes and secrets stay`);
  });
}
