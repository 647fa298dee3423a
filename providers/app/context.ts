// One app on this host, under its lock: where its things are, and abra to work on it with.
import { stackOf } from "../lib/docker/index.ts";
import { type Abra, abraIn, operatorAbraDir, prepareAbraDir } from "../lib/abra/index.ts";
import { parseEnv } from "../lib/env/index.ts";
import { refreshMirror } from "../lib/recipe/index.ts";
import { type Compose, composeAt as composeOf } from "../lib/compose/index.ts";
import { appFolder, type AppFolder } from "../lib/state/index.ts";
import { readEnv } from "./env.ts";
import type { WarmAppInputs } from "./inputs.ts";
import type { Log } from "../lib/text.ts";

export interface AppContext {
  readonly app: WarmAppInputs;
  readonly stack: string;
  readonly folder: AppFolder;
  /** The bare mirror of its recipe. */
  readonly mirror: string;
  readonly abra: Abra;
  readonly log: Log;
  /** The descriptor of the app's lock, for children that write: the lock outlives this process as long as they do. */
  readonly lock: number;
  /** The .env as it is now, with the keys that hearth owns as wanted. */
  env(): Promise<Record<string, string>>;
  composeAt(version: string): Promise<Compose>;
}

/** Brings mirror and recipe clone up to date. Throws where there is neither upstream nor mirror. */
export async function openContext(app: WarmAppInputs, lock: number, log: Log): Promise<AppContext> {
  const operator = operatorAbraDir();
  const mirror = await refreshMirror(app.recipe, app.stateDir, operator);
  const { abraDir, dropped } = await prepareAbraDir(app.recipe, mirror.path, app.stateDir, operator);
  if (dropped.length > 0) log(`${app.recipe}: passed over, no annotated tag: ${dropped.join(", ")}`);
  const env = async () => ({ ...parseEnv(await readEnv(app)), ...app.env });
  return {
    app,
    stack: stackOf(app.domain),
    folder: appFolder(app.stateDir, app.domain),
    mirror: mirror.path,
    abra: abraIn(abraDir, lock),
    log,
    lock,
    env,
    composeAt: async version => composeOf(mirror.path, version, { domain: app.domain, env: await env() }),
  };
}

/** Makes the app's .env from the recipe's sample where there is none. */
export async function ensureApp({ app, abra, log }: AppContext): Promise<void> {
  if ((await readEnv(app)) !== "") return;
  await abra.newApp(app.recipe, app.domain, app.server);
  log(`${app.recipe}: app ${app.domain} made`);
}
