// The secrets of a run's app on the swarm: values that were given are inserted from a file, the others generated.
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { writeText } from "../lib/fs/index.ts";
import { missingSecrets } from "../lib/docker/index.ts";
import type { RunApp } from "../app/inputs.ts";
import { secretOf } from "../lib/compose/index.ts";
import type { Deployment } from "./deploy.ts";

type Given = Pick<RunApp, "secrets" | "secretValues">;

/** Names of the secrets whose source or value isn't what it was: those that came, went, or differ. */
export function changedSecrets(olds: Given, news: Given): string[] {
  const [was, is] = [sources(olds), sources(news)];
  return Object.keys({ ...was, ...is }).filter(name => JSON.stringify(was[name]) !== JSON.stringify(is[name]));
}

function sources({ secrets, secretValues }: Given): Record<string, unknown> {
  return { ...secrets, ...secretValues };
}

/** Those of the secrets called `names` that the app wants and the swarm has already. */
export async function existingSecrets(
  { stack, recipe }: Pick<Deployment, "stack" | "recipe">,
  names: readonly string[],
): Promise<string[]> {
  const wanted = recipe.compose.secrets.filter(full => names.includes(secretOf(stack, full)?.name ?? ""));
  if (wanted.length === 0) return [];
  const missing = await missingSecrets(wanted);
  return [...new Set(wanted.filter(full => !missing.includes(full)).map(full => secretOf(stack, full)!.name))];
}

/** Takes those in `renew` away, then makes whatever its compose files want and the swarm hasn't got. */
export async function ensureSecrets(deployment: Deployment, renew: readonly string[]): Promise<void> {
  const { app, stack, recipe, abra, say } = deployment;
  for (const name of renew) await abra.removeSecret(app.domain, name);
  for (const full of await missingSecrets(recipe.compose.secrets)) {
    const secret = secretOf(stack, full);
    if (!secret) throw new Error(`${app.recipe} wants the secret ${full}, which isn't its own: make it by hand`);
    const [value, source] = [app.secretValues[secret.name], app.secrets[secret.name]];
    if (value !== undefined) await insertValue(deployment, secret, value);
    else if (source) await abra.insertSecret(app.domain, secret.name, secret.version, source.file);
    else await abra.generateSecret(app.domain, secret.name, secret.version);
    say(`${app.recipe}: secret ${secret.name} ${value !== undefined || source ? "inserted" : "generated"}`);
  }
  const wanted = new Set(recipe.compose.secrets.map(full => secretOf(stack, full)?.name));
  const unwanted = Object.keys(app.secretValues).filter(name => !wanted.has(name));
  if (unwanted.length > 0)
    say(`${app.recipe}: no compose file of it wants the secret ${unwanted.join(", ")}: not inserted`);
}

/** Through a file that only its owner reads, in the run's own folder, gone before anything else happens: a value never stands in argv. */
async function insertValue(
  { app, abra, place }: Deployment,
  { name, version }: { name: string; version: string },
  value: string,
): Promise<void> {
  const file = join(place.values, name);
  try {
    await writeText(file, value);
    await abra.insertSecret(app.domain, name, version, file);
  } finally {
    await rm(place.values, { recursive: true, force: true });
  }
}
