// The app's .env in the operator's folder: hearth owns some keys, every other line is the operator's.
import { readFile } from "node:fs/promises";
import { envPath, operatorAbraDir, ownedEnv, withOwnedEnv } from "../lib/abra/index.ts";
import { parseEnv } from "../lib/env/index.ts";
import { writeText } from "../lib/fs/index.ts";
import type { WarmAppInputs } from "./inputs.ts";

type Filed = Pick<WarmAppInputs, "server" | "domain" | "env">;

function pathOf({ server, domain }: Filed): string {
  return envPath(operatorAbraDir(), server, domain);
}

/** Its text; empty where there is none. */
export async function readEnv(app: Filed): Promise<string> {
  return readFile(pathOf(app), "utf8").catch(error => {
    if (error.code === "ENOENT") return "";
    throw error;
  });
}

/** Whether every key that hearth owns reads as wanted. */
export async function envHolds(app: Filed): Promise<boolean> {
  const found = parseEnv(await readEnv(app));
  return Object.entries(ownedEnv(app)).every(([key, value]) => found[key] === value);
}

/** Sets the keys that hearth owns, and says whether that changed anything. */
export async function writeEnv(app: Filed): Promise<boolean> {
  const text = await readEnv(app);
  const wanted = withOwnedEnv(text, app);
  if (wanted === text) return false;
  await replaceEnv(app, wanted);
  return true;
}

/** Puts `text` in the place of the whole .env. */
export async function replaceEnv(app: Filed, text: string): Promise<void> {
  await writeText(pathOf(app), text);
}

/** The version that abra deployed last: it rewrites TYPE each time. */
export async function lastDeployed(app: Filed & Pick<WarmAppInputs, "recipe">): Promise<string | undefined> {
  const [recipe, version] = (parseEnv(await readEnv(app))["TYPE"] ?? "").split(":");
  return recipe === app.recipe && version ? version : undefined;
}
