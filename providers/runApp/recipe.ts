// Reads a recipe from a checkout, and finds the secrets that it can't get a value for.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { stackOf } from "../lib/docker/index.ts";
import { type ReadFile, type Recipe, secretOf } from "../lib/compose/index.ts";
import { ignoreAbsent } from "../lib/fs/index.ts";
import { envRequirements } from "../lib/recipe/index.ts";
import type { RunAppInputs } from "./inputs.ts";

export function inFolder(folder: string): ReadFile {
  return file => readFile(join(folder, file), "utf8").catch(ignoreAbsent);
}

type Settings = Pick<RunAppInputs, "domain" | "env" | "secrets" | "secretValues">;

/** Names of the secrets that the compose files use, the inputs have no value for, and abra can't generate. */
export function missingSecretValues(
  { sample, compose }: Recipe,
  { domain, env, secrets, secretValues }: Settings,
): string[] {
  const settings = { env, secrets: { ...secrets, ...secretValues } };
  const required = envRequirements({ sample, running: "", env: "", settings }).secrets;
  const used = new Set(compose.secrets.map(full => secretOf(stackOf(domain), full)?.name));
  return required.filter(({ name, from }) => from === "nowhere" && used.has(name)).map(({ name }) => name);
}
