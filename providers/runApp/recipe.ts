// A recipe as a run's app gets it: a release, or a checkout; and whether all of its secrets can be had.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { stackOf } from "../lib/abra/index.ts";
import { ignoreAbsent } from "../lib/fs/index.ts";
import type { AppInputs } from "../app/inputs.ts";
import { type ReadFile, type Recipe, secretOf } from "../lib/compose/index.ts";
import { envRequirements } from "../lib/recipe/index.ts";

export function inFolder(folder: string): ReadFile {
  return file => readFile(join(folder, file), "utf8").catch(ignoreAbsent);
}

type Settings = Pick<AppInputs, "domain" | "env" | "secrets" | "secretValues">;

/** Names of the secrets that its compose files want, nobody gave a value for, and abra may not generate. */
export function unmadeSecrets({ sample, compose }: Recipe, { domain, env, secrets, secretValues }: Settings): string[] {
  const { secrets: all } = envRequirements({
    sample,
    running: "",
    env: "",
    settings: { env, secrets: { ...secrets, ...secretValues } },
  });
  const wanted = new Set(compose.secrets.map(full => secretOf(stackOf(domain), full)?.name));
  return all.filter(({ name, from }) => from === "nowhere" && wanted.has(name)).map(({ name }) => name);
}
