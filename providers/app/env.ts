// Reads and writes a warm app's .env in the operator's folder. hearth owns some keys; the operator owns the rest.
import { readFile } from "node:fs/promises";
import { envPath, operatorAbraDir, ownedEnv, withOwnedEnv } from "../lib/abra/index.ts";
import { parseEnv } from "../lib/env/index.ts";
import { writeText } from "../lib/fs/index.ts";
import type { WarmAppInputs } from "./inputs.ts";

type EnvInputs = Pick<WarmAppInputs, "server" | "domain" | "env">;

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

/** Whether every key that hearth owns has its configured value. */
export async function isEnvCurrent(app: EnvInputs): Promise<boolean> {
  const found = parseEnv(await readEnv(app));
  return Object.entries(ownedEnv(app)).every(([key, value]) => found[key] === value);
}

/** Sets the keys that hearth owns. Returns whether the file changed. */
export async function writeEnv(app: EnvInputs): Promise<boolean> {
  const text = await readEnv(app);
  const wanted = withOwnedEnv(text, app);
  if (wanted === text) return false;
  await replaceEnv(app, wanted);
  return true;
}

/** Replaces the whole file. */
export async function replaceEnv(app: EnvInputs, text: string): Promise<void> {
  await writeText(pathOf(app), text);
}

/** The version that abra deployed last: it writes it to TYPE on each deploy. */
export async function lastDeployed(app: EnvInputs & Pick<WarmAppInputs, "recipe">): Promise<string | undefined> {
  const [recipe, version] = (parseEnv(await readEnv(app))["TYPE"] ?? "").split(":");
  return recipe === app.recipe && version ? version : undefined;
}
