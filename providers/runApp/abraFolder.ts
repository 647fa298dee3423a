// Creates and cleans up the run's own abra folder.
import { mkdir, readdir, readFile, rm, symlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { recordedVersion } from "../lib/abra/index.ts";
import { parseEnv } from "../lib/env/index.ts";
import { ignoreAbsent } from "../lib/fs/index.ts";
import type { Paths } from "./paths.ts";

/** The run's .env files stay out of the operator's folder; only the catalogue is shared. */
export async function ensureAbraDir({ abraDir, env, clone }: Paths, operatorDir: string): Promise<void> {
  for (const folder of [dirname(env), dirname(clone)]) await mkdir(folder, { recursive: true, mode: 0o700 });
  await symlink(join(operatorDir, "catalogue"), join(abraDir, "catalogue")).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "EEXIST") throw error;
  });
}

/** Removes the app's .env and secret values. Removes the clone and the folder only if no other app uses them. */
export async function removeAppFiles({ abraDir, env, clone, values }: Paths, recipe: string): Promise<void> {
  await rm(env, { force: true });
  await rm(values, { recursive: true, force: true });
  const remaining = await recipesIn(abraDir);
  if (remaining.length === 0) await rm(abraDir, { recursive: true, force: true });
  else if (!remaining.includes(recipe)) await rm(clone, { recursive: true, force: true });
}

/** The recipe of each app that has a .env in the folder. */
async function recipesIn(abraDir: string): Promise<string[]> {
  const servers = join(abraDir, "servers");
  const names = (await readdir(servers, { recursive: true }).catch(ignoreAbsent)) ?? [];
  const files = names.filter(name => name.endsWith(".env"));
  const texts = await Promise.all(files.map(file => readFile(join(servers, file), "utf8").catch(ignoreAbsent)));
  return texts.flatMap(text => (text === undefined ? [] : [recordedVersion(parseEnv(text))?.recipe ?? ""]));
}
