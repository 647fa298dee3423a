// A recipe as it is at one version: its compose files with names filled in for one app.
import { abraShVariables, composeFiles, readCompose, type Compose } from "../abra/compose.ts";
import { parseEnv } from "../abra/envFile.ts";
import { fileAt } from "../abra/mirror.ts";
import { stackOf, SWARM_NAME_LIMIT } from "../abra/names.ts";

export class RecipeError extends Error {
  override readonly name = "RecipeError";
}

/** What fills in the recipe's compose files at `version`, as abra has it: the sample's values, abra.sh's, the app's own over them. */
export async function deployEnvAt(mirror: string, version: string, domain: string, env: Record<string, string>): Promise<Record<string, string>> {
  const [sample, script] = await Promise.all([fileAt(mirror, version, ".env.sample"), fileAt(mirror, version, "abra.sh")]);
  return { ...parseEnv(sample ?? ""), ...abraShVariables(script ?? ""), ...env, DOMAIN: domain, STACK_NAME: stackOf(domain) };
}

/** The recipe's compose files at `version`, names filled in as abra would for `domain` with `env` over the sample's values. Throws RecipeError. */
export async function composeAt(mirror: string, version: string, domain: string, env: Record<string, string>): Promise<Compose> {
  const all = await deployEnvAt(mirror, version, domain, env);
  const texts = await Promise.all(
    composeFiles(all).map(async file => {
      const text = await fileAt(mirror, version, file);
      if (text === undefined) throw new RecipeError(`version ${version} has no ${file}, which COMPOSE_FILE names`);
      return text;
    }),
  );
  return readCompose(texts, all);
}

/** Names of secrets and configs that Swarm would refuse, each in a sentence with its length. */
export function namesTooLong({ secrets, configs }: Compose): string[] {
  const say = (kind: string) => (name: string) => `${kind} ${name} has ${name.length} characters; Swarm takes ${SWARM_NAME_LIMIT}`;
  const long = (name: string) => name.length > SWARM_NAME_LIMIT;
  return [...secrets.filter(long).map(say("secret")), ...configs.filter(long).map(say("config"))];
}

/** `<stack>_<name>_<version>` taken apart; undefined for a name that isn't of this stack. */
export function secretOf(stack: string, full: string): { name: string; version: string } | undefined {
  const found = full.startsWith(`${stack}_`) ? /^(.+)_([^_]+)$/.exec(full.slice(stack.length + 1)) : null;
  return found ? { name: found[1]!, version: found[2]! } : undefined;
}
