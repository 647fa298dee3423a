// A run's app's secrets on the swarm: inserted if the inputs have a value, generated otherwise.
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { writeText } from "../lib/fs/index.ts";
import { absentSecrets, ensureSecrets, type SecretRef } from "../lib/secrets/index.ts";
import type { Deployment } from "./context.ts";
import type { CheckedRunApp } from "./inputs.ts";

type SecretInputs = Pick<CheckedRunApp, "secrets" | "secretValues">;

/** Names of the secrets whose source or value was added, removed or changed. */
export function changedSecrets(olds: SecretInputs, news: SecretInputs): string[] {
  const [before, after] = [sources(olds), sources(news)];
  const differs = (name: string) => JSON.stringify(before[name]) !== JSON.stringify(after[name]);
  return Object.keys({ ...before, ...after }).filter(differs);
}

function sources({ secrets, secretValues }: SecretInputs): Record<string, unknown> {
  return { ...secrets, ...secretValues };
}

/** Those of `names` that the recipe's compose files use and the swarm already has. */
export async function existingSecrets(
  { recipe }: Pick<Deployment, "recipe">,
  names: readonly string[],
): Promise<string[]> {
  const used = recipe.compose.secrets.filter(({ name }) => name !== undefined && names.includes(name));
  const absent = await absentSecrets(used);
  return [...new Set(used.filter(secret => !absent.includes(secret)).map(({ name }) => name!))];
}

/** Removes the secrets in `renew`, then creates all that the compose files use and the swarm lacks. */
export async function createSecrets(deployment: Deployment, renew: readonly string[]): Promise<void> {
  const { app, recipe, abra, log } = deployment;
  const { secrets } = recipe.compose;
  for (const name of renew) await abra.removeSecret(app.domain, name);
  await ensureSecrets(deployment, { secrets, texts: [recipe.sample] }, log, secret => insertValue(deployment, secret));
  const unused = Object.keys(app.secretValues).filter(name => !secrets.some(secret => secret.name === name));
  if (unused.length > 0) log(`${app.recipe}: not inserted, no compose file uses the secret ${unused.join(", ")}`);
}

/** Passes the value through a private file, removed at once: a value in argv would be visible to every process. */
async function insertValue({ app, abra, paths }: Deployment, { name, version }: SecretRef): Promise<boolean> {
  const value = app.secretValues[name];
  if (value === undefined) return false;
  const file = join(paths.values, name);
  try {
    await writeText(file, value);
    await abra.insertSecret(app.domain, name, version, file);
  } finally {
    await rm(paths.values, { recursive: true, force: true });
  }
  return true;
}
