// Reads an app's recipe as abra does with the .env of a moment: the present one, the one from before an operation, and
// the one that an upgrade writes.
import { type Recipe, recipeAt, RecipeError, type TargetApp } from "../lib/compose/index.ts";
import { fileAt, hasTag, withAdditions } from "../lib/recipe/index.ts";
import { withOwnedEnv } from "../lib/abra/index.ts";
import type { AppFolder } from "../lib/state/index.ts";
import type { Log } from "../lib/text.ts";
import { type EnvInputs, readEnv, readKeptEnv } from "./env.ts";

/** Versions of the recipe. */
interface Step {
  /** The running one; undefined if none runs. */
  readonly from?: string | undefined;
  readonly to: string;
}

interface DeployedApp {
  readonly app: EnvInputs & { readonly recipe: string };
  readonly folder: AppFolder;
  /** Path of the recipe's bare mirror. */
  readonly mirror: string;
  readonly log: Log;
}

/** The recipe as abra would deploy it now. Without .env: with the configured variables. Throws RecipeError. */
export async function presentRecipe(app: EnvInputs, mirror: string, version: string): Promise<Recipe> {
  const envText = await readEnv(app);
  return recipeAt(mirror, version, { domain: app.domain, envText, env: envText === "" ? app.env : {} });
}

/**
 * The .env that an upgrade deploys: with what the target's sample adds, and the configured values. Empty if there is no
 * .env: abra creates it.
 */
export async function targetEnv(app: EnvInputs, mirror: string, { from, to }: Step): Promise<string> {
  const text = await readEnv(app);
  if (text === "") return "";
  const sampleAt = async (version?: string) =>
    version === undefined ? "" : ((await fileAt(mirror, version, ".env.sample")) ?? "");
  return withOwnedEnv(withAdditions(text, await sampleAt(to), await sampleAt(from)), app);
}

/** The app with the `targetEnv`. */
export async function targetApp(app: EnvInputs, mirror: string, step: Step): Promise<TargetApp> {
  return { domain: app.domain, envText: await targetEnv(app, mirror, step), env: app.env };
}

/**
 * The volumes that `version` declares with the .env from before `operation`, else with the present one. undefined, with
 * a line in the log, if its compose files can't be read.
 */
export async function volumesAt(
  { app, folder, mirror, log }: DeployedApp,
  version: string,
  operation: string | undefined,
): Promise<readonly string[] | undefined> {
  if (!(await hasTag(mirror, version))) return undefined;
  const kept = operation === undefined ? undefined : await readKeptEnv(folder, operation);
  const read =
    kept === undefined
      ? presentRecipe(app, mirror, version)
      : recipeAt(mirror, version, { domain: app.domain, envText: kept, env: {} });
  try {
    return (await read).compose.volumes;
  } catch (error) {
    if (!(error instanceof RecipeError)) throw error;
    log(`${app.recipe}: ${error.message}; counting on the volumes that Docker lists`);
    return undefined;
  }
}
