// The run's abra folder, made where it is wanted and taken away once no app of the run is left in it.
import { mkdir, readdir, readFile, rm, symlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { parseEnv } from "../lib/abra/index.ts";
import { ignoreAbsent } from "../lib/fs/index.ts";
import type { Paths } from "./paths.ts";

/** Servers of its own, so that no .env of a run ever lies in the operator's folder; his catalogue. */
export async function ensureHome({ abraDir, env, clone }: Paths, operatorDir: string): Promise<void> {
  for (const folder of [dirname(env), dirname(clone)]) await mkdir(folder, { recursive: true, mode: 0o700 });
  await symlink(join(operatorDir, "catalogue"), join(abraDir, "catalogue")).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "EEXIST") throw error;
  });
}

/** Takes away this app's .env and values; the recipe's clone, and then the folder, where no other app of the run needs them. */
export async function forgetApp({ abraDir, env, clone, values }: Paths, recipe: string): Promise<void> {
  await rm(env, { force: true });
  await rm(values, { recursive: true, force: true });
  const others = await recipesIn(abraDir);
  if (others.length === 0) await rm(abraDir, { recursive: true, force: true });
  else if (!others.includes(recipe)) await rm(clone, { recursive: true, force: true });
}

/** The recipes of the apps that have a .env there. */
async function recipesIn(abraDir: string): Promise<string[]> {
  const servers = join(abraDir, "servers");
  const files = ((await readdir(servers, { recursive: true }).catch(ignoreAbsent)) ?? []).filter(file =>
    file.endsWith(".env"),
  );
  const texts = await Promise.all(files.map(file => readFile(join(servers, file), "utf8").catch(ignoreAbsent)));
  return texts.flatMap(text => (text === undefined ? [] : [parseEnv(text)["TYPE"]?.split(":")[0] ?? ""]));
}
