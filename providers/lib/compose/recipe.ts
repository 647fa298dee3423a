// Reads a recipe at one version: its compose files, with variables substituted for one app.
import { isAbsolute, normalize } from "node:path";
import { abraShVariables, composeFiles, readCompose, type Compose } from "./compose.ts";
import { stackOf, SWARM_NAME_LIMIT } from "../docker/index.ts";
import { parseEnv } from "../env/index.ts";
import { fileAt } from "../recipe/index.ts";

export class RecipeError extends Error {
  override readonly name = "RecipeError";
}

/** Reads a file of the recipe; undefined if it doesn't exist. */
export type ReadFile = (file: string) => Promise<string | undefined>;

export function atTag(mirror: string, version: string): ReadFile {
  return file => fileAt(mirror, version, file);
}

export interface Recipe {
  /** Its `.env.sample`; empty if it has none. */
  readonly sample: string;
  /** The variables that abra deploys with. */
  readonly env: Readonly<Record<string, string>>;
  /** Variables are substituted as abra does. */
  readonly compose: Compose;
}

/** The app that the recipe is read for. */
export interface TargetApp {
  readonly domain: string;
  /** Text of the app's .env. Default: empty, as of an app without one: abra creates it from the sample. */
  readonly envText?: string;
  /** Variables that are set over those of the .env. */
  readonly env: Readonly<Record<string, string>>;
}

/** The variables for the recipe's compose files, as abra sets them: the .env's over abra.sh's. */
export async function deployEnv(read: ReadFile, app: TargetApp): Promise<Record<string, string>> {
  const [sample = "", script = ""] = await Promise.all([read(".env.sample"), read("abra.sh")]);
  return mergeEnv(sample, script, app);
}

function mergeEnv(sample: string, script: string, { domain, envText, env }: TargetApp): Record<string, string> {
  const file = parseEnv(envText || sample);
  return { ...abraShVariables(script), ...file, ...env, DOMAIN: domain, STACK_NAME: stackOf(domain) };
}

/** The text of each file that COMPOSE_FILE lists. `what` names the recipe in the error. Throws RecipeError. */
export async function readComposeFiles(
  read: ReadFile,
  what: string,
  env: Readonly<Record<string, string>>,
): Promise<Record<string, string>> {
  const entries = composeFiles(env).map(async file => {
    if (isAbsolute(file) || normalize(file).startsWith(".."))
      throw new RecipeError(`${what}: COMPOSE_FILE lists ${file}: expected a file of the recipe`);
    const text = await read(file);
    if (text === undefined) throw new RecipeError(`${what}: ${file} not found: COMPOSE_FILE lists it`);
    return [file, text] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}

/** `what` names the recipe in the error. Throws RecipeError if its compose files don't load. */
export async function readRecipe(read: ReadFile, what: string, app: TargetApp): Promise<Recipe> {
  const [sample = "", script = ""] = await Promise.all([read(".env.sample"), read("abra.sh")]);
  const env = mergeEnv(sample, script, app);
  const files = await readComposeFiles(read, what, env);
  try {
    return { sample, env, compose: readCompose(Object.values(files), env) };
  } catch (error) {
    const why = (error as Error).message.split("\n")[0];
    throw new RecipeError(`${what}: cannot read ${Object.keys(files).join(", ")}: ${why}`, { cause: error });
  }
}

/** The recipe at `version`. Throws RecipeError. */
export function recipeAt(mirror: string, version: string, app: TargetApp): Promise<Recipe> {
  return readRecipe(atTag(mirror, version), `version ${version}`, app);
}

/** The recipe's compose files at `version`. Throws RecipeError. */
export async function composeAt(mirror: string, version: string, app: TargetApp): Promise<Compose> {
  return (await recipeAt(mirror, version, app)).compose;
}

/** One message for each secret or config whose name is longer than Swarm allows. */
export function namesTooLong({ secrets, configs }: Compose): string[] {
  const isTooLong = (name: string) => name.length > SWARM_NAME_LIMIT;
  const message = (kind: string) => (name: string) =>
    `${kind} ${name} has ${name.length} characters; Swarm allows ${SWARM_NAME_LIMIT}`;
  const names = secrets.map(({ fullName }) => fullName);
  return [...names.filter(isTooLong).map(message("secret")), ...configs.filter(isTooLong).map(message("config"))];
}
