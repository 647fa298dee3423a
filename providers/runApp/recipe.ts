// Reads a recipe from a checkout, and finds the secrets that it can't get a value for.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { ReadFile, Recipe } from "../lib/compose/index.ts";
import { ignoreAbsent } from "../lib/fs/index.ts";
import { canGenerate, isSecretVersion } from "../lib/recipe/index.ts";
import type { RunAppInputs } from "./inputs.ts";

export function inFolder(folder: string): ReadFile {
  return file => readFile(join(folder, file), "utf8").catch(ignoreAbsent);
}

type Settings = Pick<RunAppInputs, "secrets" | "secretValues">;

/** Names of the secrets that the compose files use, the inputs have no value for, and abra can't generate. */
export function missingSecretValues({ sample, compose }: Recipe, { secrets, secretValues }: Settings): string[] {
  const hasValue = (name: string) => Object.hasOwn(secrets, name) || Object.hasOwn(secretValues, name);
  const impossible = compose.secrets.filter(({ versionKey }) => !canGenerate([sample], versionKey));
  return impossible.flatMap(({ name }) => (name === undefined || hasValue(name) ? [] : [name]));
}

/** Variables that hold the version of a secret, and whose value is none. */
export function missingVersions({ compose }: Recipe): string[] {
  const keys = compose.secrets.flatMap(({ version, versionKey }) =>
    isSecretVersion(version) ? [] : (versionKey ?? []),
  );
  return [...new Set(keys)];
}
