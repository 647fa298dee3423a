// A recipe as a run's app gets it: a release from the mirror, or a checkout; its files are read where they lie.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { abraShVariables, composeFiles, readCompose, type Compose } from "../../abra/compose.ts";
import { parseEnv } from "../../abra/envFile.ts";
import { fileAt } from "../../abra/mirror.ts";
import { stackOf } from "../../abra/names.ts";
import { ignoreAbsent } from "../../journal/file.ts";
import type { AppInputs } from "../inputs.ts";
import { RecipeError, secretOf } from "../recipe.ts";
import { needsOf } from "../target.ts";

/** The text of one of the recipe's files; undefined where it has no such file. */
export type Read = (file: string) => Promise<string | undefined>;

export function atTag(mirror: string, version: string): Read {
  return file => fileAt(mirror, version, file);
}

export function inFolder(folder: string): Read {
  return file => readFile(join(folder, file), "utf8").catch(ignoreAbsent);
}

export interface Recipe {
  /** Its `.env.sample`; empty where it has none. */
  readonly sample: string;
  /** Names filled in as abra does for this app. */
  readonly compose: Compose;
}

type Settings = Pick<AppInputs, "domain" | "env" | "secrets" | "secretValues">;

/** `what` names it in an error. Throws RecipeError where its compose files don't load. */
export async function readRecipe(read: Read, what: string, { domain, env }: Settings): Promise<Recipe> {
  const [sample = "", script = ""] = await Promise.all([read(".env.sample"), read("abra.sh")]);
  const all = { ...parseEnv(sample), ...abraShVariables(script), ...env, DOMAIN: domain, STACK_NAME: stackOf(domain) };
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
    throw new RecipeError(`${what}: ${files.join(", ")} can't be read: ${(error as Error).message.split("\n")[0]}`, { cause: error });
  }
}

/** Names of the secrets that its compose files want, nobody gave a value for, and abra may not generate. */
export function unmadeSecrets({ sample, compose }: Recipe, { domain, env, secrets, secretValues }: Settings): string[] {
  const { secrets: all } = needsOf({ sample, running: "", env: "", settings: { env, secrets: { ...secrets, ...secretValues } } });
  const wanted = new Set(compose.secrets.map(full => secretOf(stackOf(domain), full)?.name));
  return all.filter(({ name, from }) => from === "nowhere" && wanted.has(name)).map(({ name }) => name);
}
