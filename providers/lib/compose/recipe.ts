// A recipe as it is at one version: its compose files with names filled in for one app.
import { abraShVariables, composeFiles, readCompose, type Compose } from "./compose.ts";
import { stackOf, SWARM_NAME_LIMIT } from "../docker/index.ts";
import { parseEnv } from "../env/index.ts";
import { fileAt } from "../recipe/index.ts";

export class RecipeError extends Error {
  override readonly name = "RecipeError";
}

/** The text of one of the recipe's files; undefined where it has no such file. */
export type ReadFile = (file: string) => Promise<string | undefined>;

export function atTag(mirror: string, version: string): ReadFile {
  return file => fileAt(mirror, version, file);
}

export interface Recipe {
  /** Its `.env.sample`; empty where it has none. */
  readonly sample: string;
  /** Names filled in as abra would. */
  readonly compose: Compose;
}

/** What fills in a recipe for one app. */
interface Filled {
  readonly domain: string;
  readonly env: Readonly<Record<string, string>>;
}

/** What fills in the recipe's compose files, as abra has it: the sample's values, abra.sh's, the app's own over them. */
export async function deployEnv(read: ReadFile, app: Filled): Promise<Record<string, string>> {
  const [sample = "", script = ""] = await Promise.all([read(".env.sample"), read("abra.sh")]);
  return filled(sample, script, app);
}

function filled(sample: string, script: string, { domain, env }: Filled): Record<string, string> {
  return { ...parseEnv(sample), ...abraShVariables(script), ...env, DOMAIN: domain, STACK_NAME: stackOf(domain) };
}

/** `what` names it in an error. Throws RecipeError where its compose files don't load. */
export async function readRecipe(read: ReadFile, what: string, app: Filled): Promise<Recipe> {
  const [sample = "", script = ""] = await Promise.all([read(".env.sample"), read("abra.sh")]);
  const all = filled(sample, script, app);
  const files = composeFiles(all);
  const texts = await Promise.all(
    files.map(async file => {
      const text = await read(file);
      if (text === undefined) throw new RecipeError(`${what} has no ${file}, which COMPOSE_FILE names`);
      return text;
    }),
  );
  try {
    return { sample, compose: readCompose(texts, all) };
  } catch (error) {
    throw new RecipeError(`${what}: ${files.join(", ")} can't be read: ${(error as Error).message.split("\n")[0]}`, {
      cause: error,
    });
  }
}

/** The recipe's compose files at `version`. Throws RecipeError. */
export async function composeAt(mirror: string, version: string, app: Filled): Promise<Compose> {
  return (await readRecipe(atTag(mirror, version), `version ${version}`, app)).compose;
}

/** Names of secrets and configs that Swarm would refuse, each in a sentence with its length. */
export function namesTooLong({ secrets, configs }: Compose): string[] {
  const say = (kind: string) => (name: string) =>
    `${kind} ${name} has ${name.length} characters; Swarm takes ${SWARM_NAME_LIMIT}`;
  const long = (name: string) => name.length > SWARM_NAME_LIMIT;
  return [...secrets.filter(long).map(say("secret")), ...configs.filter(long).map(say("config"))];
}

/** `<stack>_<name>_<version>` taken apart; undefined for a name that isn't of this stack. */
export function secretOf(stack: string, full: string): { name: string; version: string } | undefined {
  const found = full.startsWith(`${stack}_`) ? /^(.+)_([^_]+)$/.exec(full.slice(stack.length + 1)) : null;
  return found ? { name: found[1]!, version: found[2]! } : undefined;
}
