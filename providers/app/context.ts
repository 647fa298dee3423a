// A warm app on this host: its paths, its mirror, and abra. The caller holds the app's lock.
import { clusterId, stackOf } from "../lib/docker/index.ts";
import { type Abra, abraIn, operatorAbraDir, prepareAbraDir, withDefaultEnv } from "../lib/abra/index.ts";
import { parseEnv } from "../lib/env/index.ts";
import { refreshMirror } from "../lib/recipe/index.ts";
import type { Recipe } from "../lib/compose/index.ts";
import { appFolder, type AppFolder, clearNewEnv, isNewEnv, markNewEnv } from "../lib/state/index.ts";
import { foreignStack, readEnv, replaceEnv } from "./env.ts";
import type { WarmAppInputs } from "./inputs.ts";
import { presentRecipe } from "./recipe.ts";
import type { Log } from "../lib/text.ts";

export interface AppContext {
  readonly app: WarmAppInputs;
  readonly stack: string;
  /** Id of the swarm that docker talks to. */
  readonly swarm: string;
  readonly folder: AppFolder;
  /** Path of the recipe's bare mirror. */
  readonly mirror: string;
  readonly abra: Abra;
  readonly log: Log;
  /** The descriptor of the app's lock. Children that write inherit it, so that the lock lasts as long as they do. */
  readonly lock: number;
  /** The variables of the .env as it stands. */
  env(): Promise<Record<string, string>>;
  /** The recipe as abra would deploy it now: with the .env as it stands, else with the configured variables. */
  recipeAt(version: string): Promise<Recipe>;
}

/**
 * Updates the mirror and the recipe clone. Throws if upstream can't be reached and no mirror exists, and if the .env
 * names another stack.
 */
export async function openContext(app: WarmAppInputs, lock: number, log: Log): Promise<AppContext> {
  const foreign = await foreignStack(app);
  if (foreign !== undefined) throw new Error(foreign);
  const operator = operatorAbraDir();
  const mirror = await refreshMirror(app.recipe, app.stateDir, operator, log);
  const { abraDir, lightweight } = await prepareAbraDir(app.recipe, mirror.path, app.stateDir, operator);
  if (lightweight.length > 0) log(`${app.recipe}: ignored, not an annotated tag: ${lightweight.join(", ")}`);
  return {
    app,
    stack: stackOf(app.domain),
    swarm: await clusterId(),
    folder: appFolder(app.stateDir, app.domain),
    mirror: mirror.path,
    abra: abraIn(abraDir, lock),
    log,
    lock,
    env: async () => parseEnv(await readEnv(app)),
    recipeAt: version => presentRecipe(app, mirror.path, version),
  };
}

/**
 * Creates the app's .env from the recipe's sample if it doesn't exist, with hearth's defaults; also completes one whose
 * creation was interrupted. An operator's file gets no defaults.
 */
export async function ensureApp({ app, folder, abra, log }: AppContext): Promise<void> {
  if ((await readEnv(app)) === "") {
    await markNewEnv(folder);
    await abra.newApp(app.recipe, app.domain, app.server).catch(async error => {
      if ((await readEnv(app)) === "") await clearNewEnv(folder); // the next file may be the operator's
      throw error;
    });
    log(`${app.recipe}: created the app ${app.domain}`);
  }
  if (!(await isNewEnv(folder))) return;
  await replaceEnv(app, withDefaultEnv(await readEnv(app), app));
  await clearNewEnv(folder);
}
