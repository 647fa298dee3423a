// Makes an app be as its inputs say: recover, observe, ensure, sync, return. Nothing at all where it is so already.
import { probeAbra } from "../lib/abra/cli.ts";
import { hasTag } from "../lib/recipe/mirror.ts";
import { appFolder, type AppFolder } from "../lib/state/appFolder.ts";
import { readOperation } from "../lib/state/operation.ts";
import { unpark } from "../lib/state/undeployedOnPurpose.ts";
import { withLock, type Held } from "../lib/lock/flock.ts";
import { undeployed } from "../lib/docker/waitUntilRemoved.ts";
import { volumeNames } from "../lib/docker/volumes.ts";
import { envHolds, lastDeployed, writeEnv } from "./env.ts";
import { worldOf } from "./liveHost.ts";
import { ensureApp, ensureSecrets, openHost, type Host, type Say } from "./context.ts";
import type { AppInputs, CheckedApp } from "./inputs.ts";
import { HEALTHY, observe, type Seen } from "../lib/health/observe.ts";
import { recover } from "./recover.ts";
import { upgrade } from "./upgrade.ts";
import { passGate } from "./gate.ts";
import type { World } from "./host.ts";

export interface Outcome {
  /** The version that really runs. */
  readonly version: string;
  /** Whether hearth found it running instead of making it. */
  readonly adopted: boolean;
}

export interface Wish {
  /** No state of it yet: what runs already is adopted, and changed by the next `up` at the earliest. */
  readonly first: boolean;
  /** The .env that was applied last differs from the one wanted. */
  readonly envChanged: boolean;
  readonly adopted: boolean;
}

/** The app as wanted and healthy for a whole window. Throws what kept it from that: see errors.ts. */
export async function reconcile(app: CheckedApp, wish: Wish, say: Say): Promise<Outcome> {
  await probeAbra();
  return locked(app, say, lock => underLock(app, wish, lock, say));
}

/** Runs `work` as the only one who changes the app, across processes. Throws LockedError after `wait` ms. Default: an upgrade's whole length. */
export function locked<T>(
  app: Pick<AppInputs, "stateDir" | "domain" | "recipe">,
  say: Say,
  work: (lock: Held) => Promise<T>,
  wait = 3_600_000,
): Promise<T> {
  const folder = appFolder(app.stateDir, app.domain);
  return withLock(folder.lock, work, { wait, onWait: () => void tellHolder(folder, app.recipe, say) });
}

/** Who holds the lock, at what, and since when, as far as the journal says. */
async function tellHolder(folder: AppFolder, recipe: string, say: Say): Promise<void> {
  const operation = await readOperation(folder).catch(() => undefined);
  const what =
    operation &&
    `pid ${operation.owner.pid} on ${operation.owner.host}, at ${operation.step} of ${operation.from} → ${operation.to} since ${operation.began}`;
  say(`${recipe}: waiting for another hearth that works on it${what ? `: ${what}` : ""}`);
}

async function underLock(app: CheckedApp, wish: Wish, lock: Held, say: Say): Promise<Outcome> {
  const first = await observe(app);
  await unpark(appFolder(app.stateDir, app.domain));
  const host = await openHost(app, lock.fd, say);
  const world = await worldAt(host, first.version);
  const recovered = await recover(world);

  const seen = recovered === "nothing" ? first : await observe(app);
  if (wish.first && seen.deployed) return adopt(app, seen, world);
  const envWanted = wish.envChanged || !(await envHolds(app));
  if (seen.condition === HEALTHY && seen.version === app.version && !envWanted) {
    await takeOver(world, app.version);
    return { version: app.version, adopted: wish.adopted };
  }

  await ensureApp(host);
  const current = seen.version ?? (await lastDeployed(app));
  if (!seen.deployed && (await world.lastGood()) === undefined) {
    await bringUp(host, world, app.version); // nothing of it to go back to yet
    return { version: app.version, adopted: wish.adopted };
  }
  if (current === undefined)
    throw new Error(`${app.domain} runs at a version that abra didn't write: deploy it by a tag once, or remove it`);
  if (seen.condition !== HEALTHY) await bringUp(host, world, current);
  else await takeOver(world, current);
  if (current !== app.version || !(await envHolds(app))) await upgrade(world, { from: current, to: app.version });
  return { version: app.version, adopted: wish.adopted };
}

/**
 * The World of an app whose running version is `version`: its volumes are that version's, or those of the version that an open operation
 * came from; of one without a tag, those that docker knows.
 */
export async function worldAt(host: Host, version: string | undefined): Promise<World> {
  const known = (await readOperation(host.folder))?.from ?? version ?? (await lastDeployed(host.app));
  const tagged = known !== undefined && (await hasTag(host.mirror, known));
  return worldOf(host, tagged ? (await host.composeAt(known)).volumes : await volumeNames(host.stack));
}

/** What hearth did not make stays as it is, if only it is well. */
async function adopt(app: CheckedApp, seen: Seen, world: World): Promise<Outcome> {
  if (seen.version === undefined)
    throw new Error(
      `${app.domain} runs already, but not at a version that abra wrote: deploy it by a tag once, or remove it`,
    );
  world.say(`${app.recipe}: runs already at ${seen.version}${seen.chaos ? " (chaos)" : ""}; taken over as it is`);
  await passGate(world, seen.version, {});
  await world.commit(seen.version);
  return { version: seen.version, adopted: true };
}

/** What runs well but isn't last good was deployed by somebody else: it passes the gate before it counts, or is left. */
async function takeOver(world: World, version: string): Promise<void> {
  const last = await world.lastGood();
  if (last === version) return;
  if (last !== undefined)
    world.say(
      `${world.name}: ${version} runs instead of ${last}: somebody else deployed it; taken over once it was well for a whole window`,
    );
  await passGate(world, version, {});
  await world.commit(version);
}

/** Deploys `version` on whatever data there is: the first time, or because the app is down. */
export async function bringUp(host: Host, world: World, version: string): Promise<void> {
  if (await writeEnv(host.app)) host.say(`${host.app.recipe}: .env set`);
  await ensureSecrets(host, version);
  await world.deploy(version);
  await passGate(world, version, {});
  await world.commit(version);
}

/** Down without its data: volumes, secrets and snapshots stay. Absent is success. */
export async function undeploy(app: CheckedApp, say: Say): Promise<void> {
  await locked(app, say, async lock => {
    const seen = await observe(app);
    const host = await openHost(app, lock.fd, say);
    const world = await worldAt(host, seen.version);
    await recover(world); // what isn't decided, or is broken, is a person's first: an open journal would bring it back
    if (!(await observe(app)).deployed) return undeployed(host.stack);
    await world.drain("being taken down");
    try {
      await world.stop();
    } finally {
      await world.giveBack();
    }
    say(`${app.recipe}: undeployed; its volumes and secrets stay`);
  });
}
