// Makes an app be as its inputs say: observe, ensure, sync, return. Nothing at all where it is so already.
import { join } from "node:path";
import { abraIn, probeAbra, type Abra } from "../abra/cli.ts";
import type { Compose } from "../abra/compose.ts";
import { parseEnv } from "../abra/envFile.ts";
import { operatorAbraDir, prepareAbraDir } from "../abra/home.ts";
import { refreshMirror } from "../abra/mirror.ts";
import { stackOf } from "../abra/names.ts";
import { withLock } from "../lock/flock.ts";
import { missingSecrets } from "../swarm/names.ts";
import { undeployed } from "../swarm/settle.ts";
import { envHolds, readEnv, writeEnv } from "./env.ts";
import type { CheckedApp } from "./inputs.ts";
import { HEALTHY, observe, type Seen } from "./observe.ts";
import { composeAt, secretOf } from "./recipe.ts";
import { passGate, upgrade } from "./upgrade.ts";

export interface Outcome {
  /** The version that really runs. */
  readonly version: string;
  /** Whether hearth found it running instead of making it. */
  readonly adopted: boolean;
}

/** Everything a step needs to know of the app it works on. */
export interface Host {
  readonly app: CheckedApp;
  readonly stack: string;
  readonly mirror: string;
  readonly abra: Abra;
  readonly compose: Compose;
  readonly say: (line: string) => void;
}

export interface Wish {
  /** No state of it yet: what runs already is adopted, and changed by the next `up` at the earliest. */
  readonly first: boolean;
  /** The .env that was applied last differs from the one wanted. */
  readonly envChanged: boolean;
  readonly adopted: boolean;
}

/** The app as wanted and healthy for a whole window. Throws what kept it from that. */
export async function reconcile(app: CheckedApp, wish: Wish, say: (line: string) => void): Promise<Outcome> {
  await probeAbra();
  return withLock(lockPath(app), () => underLock(app, wish, say), { onWait: () => say(`${app.recipe}: waiting for another hearth that works on it`) });
}

async function underLock(app: CheckedApp, wish: Wish, say: (line: string) => void): Promise<Outcome> {
  const seen = await observe(app);
  if (wish.first && seen.deployed) return adopt(app, seen, say);
  if (seen.condition === HEALTHY && seen.version === app.version && !wish.envChanged && (await envHolds(app)))
    return { version: app.version, adopted: wish.adopted };

  const host = await prepare(app, say);
  await ensureApp(host);
  if (await writeEnv(app)) say(`${app.recipe}: .env set`);
  await ensureSecrets(host);
  await upgrade(host, seen);
  return { version: app.version, adopted: wish.adopted };
}

/** What hearth did not make stays as it is, if only it is well. */
async function adopt(app: CheckedApp, seen: Seen, say: (line: string) => void): Promise<Outcome> {
  if (seen.version === undefined) throw new Error(`${app.domain} runs already, but not at a version that abra wrote: deploy it by a tag once, or remove it`);
  say(`${app.recipe}: runs already at ${seen.version}${seen.chaos ? " (chaos)" : ""}; taken over as it is`);
  const mirror = await refreshMirror(app.recipe, app.stateDir, operatorAbraDir());
  const compose = await composeAt(mirror.path, seen.version, app.domain, app.env);
  await passGate({ app, compose, say });
  return { version: seen.version, adopted: true };
}

export async function undeploy(app: CheckedApp, say: (line: string) => void): Promise<void> {
  await withLock(lockPath(app), async () => {
    if (!(await observe(app)).deployed) return;
    const { abra, stack } = await prepare(app, say);
    await abra.undeploy(app.domain);
    await undeployed(stack);
    say(`${app.recipe}: undeployed; its volumes and secrets stay`);
  });
}

async function prepare(app: CheckedApp, say: (line: string) => void): Promise<Host> {
  const operator = operatorAbraDir();
  const mirror = await refreshMirror(app.recipe, app.stateDir, operator);
  const { abraDir, dropped } = await prepareAbraDir(app.recipe, mirror.path, app.stateDir, operator);
  if (dropped.length > 0) say(`${app.recipe}: passed over, no annotated tag: ${dropped.join(", ")}`);
  const env = { ...parseEnv(await readEnv(app)), ...app.env };
  const compose = await composeAt(mirror.path, app.version, app.domain, env);
  return { app, stack: stackOf(app.domain), mirror: mirror.path, abra: abraIn(abraDir), compose, say };
}

async function ensureApp({ app, abra, say }: Host): Promise<void> {
  if ((await readEnv(app)) !== "") return;
  await abra.newApp(app.recipe, app.domain, app.server);
  say(`${app.recipe}: app ${app.domain} made`);
}

async function ensureSecrets({ app, abra, stack, compose, say }: Host): Promise<void> {
  for (const full of await missingSecrets(compose.secrets)) {
    const secret = secretOf(stack, full);
    if (!secret) throw new Error(`${app.recipe} wants the secret ${full}, which isn't its own: make it by hand`);
    const source = app.secrets[secret.name];
    if (source) await abra.insertSecret(app.domain, secret.name, secret.version, source.file);
    else await abra.generateSecret(app.domain, secret.name, secret.version);
    say(`${app.recipe}: secret ${secret.name} ${source ? "inserted" : "generated"}`);
  }
}

function lockPath(app: CheckedApp): string {
  return join(app.stateDir, "apps", app.domain, "lock");
}
