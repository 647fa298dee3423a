// Reads and writes a warm app's .env in the operator's folder. hearth owns some keys; the operator owns the rest.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { envPath, operatorAbraDir, recordedVersion, withOwnedEnv } from "../lib/abra/index.ts";
import { stackOf } from "../lib/docker/index.ts";
import { parseEnv } from "../lib/env/index.ts";
import { ignoreAbsent, replaceText } from "../lib/fs/index.ts";
import { printable, shorten } from "../lib/reason.ts";
import { appFolder, type AppFolder, readLastGood } from "../lib/state/index.ts";
import type { WarmAppInputs } from "./inputs.ts";

export type EnvInputs = Pick<WarmAppInputs, "server" | "domain" | "env">;

function pathOf({ server, domain }: EnvInputs): string {
  return envPath(operatorAbraDir(), server, domain);
}

/** The file's text; empty if it doesn't exist. */
export async function readEnv(app: EnvInputs): Promise<string> {
  return readFile(pathOf(app), "utf8").catch(error => {
    if (error.code === "ENOENT") return "";
    throw error;
  });
}

/** Why hearth can't manage the app: its .env names another stack than the domain's. undefined if it can. */
export async function foreignStack(app: EnvInputs): Promise<string | undefined> {
  const { STACK_NAME: named = "" } = parseEnv(await readEnv(app));
  const expected = stackOf(app.domain);
  if (named === "" || named === expected) return undefined;
  const found = shorten(printable(named), 64);
  return `${app.domain}.env sets STACK_NAME=${found}: hearth manages only the stack ${expected}`;
}

/** Why hearth doesn't deploy an app that runs or ran: a new .env would lack the operator's settings. */
export function envNotFound(app: EnvInputs): string {
  return `${pathOf(app)} not found, although ${app.domain} was deployed: restore it, or set ABRA_DIR to its folder`;
}

/** Sets the keys that hearth owns. Returns whether the file changed. Throws if there is no file. */
export async function writeEnv(app: EnvInputs): Promise<boolean> {
  const text = await readEnv(app);
  if (text === "") throw new Error(envNotFound(app));
  const wanted = withOwnedEnv(text, app);
  if (wanted === text) return false;
  await replaceEnv(app, wanted);
  return true;
}

/** Path of the .env from before operation `id`. */
export function keptEnv({ path }: AppFolder, id: string): string {
  return join(path, `env.${id}`);
}

/** Pure: whether a file of the app's folder is the kept .env of another operation than the open one. */
export function isKeptEnv(name: string, openId: string | undefined): boolean {
  return name.startsWith("env.") && !(openId !== undefined && name.startsWith(`env.${openId}`));
}

/** The .env from before operation `id`; undefined if the operation hasn't changed it. */
export async function readKeptEnv(folder: AppFolder, id: string): Promise<string | undefined> {
  return readFile(keptEnv(folder, id), "utf8").catch(ignoreAbsent);
}

/** Replaces the text. Owner, mode and link are the operator's, and stay. */
export async function replaceEnv(app: EnvInputs, text: string): Promise<void> {
  await replaceText(pathOf(app), text);
}

/** The version to count on if none runs: last good, else the one that abra recorded in the .env on its last deploy. */
export async function lastDeployed(
  app: EnvInputs & Pick<WarmAppInputs, "recipe" | "stateDir">,
): Promise<string | undefined> {
  const lastGood = await readLastGood(appFolder(app.stateDir, app.domain));
  if (lastGood) return lastGood.version;
  const recorded = recordedVersion(parseEnv(await readEnv(app)));
  return recorded?.recipe === app.recipe ? recorded.version : undefined;
}
