// hearth's abra folder: the operator's servers and catalogue, but recipe clones that only hearth edits, fed by the mirror.
import { mkdir, readlink, rename, rm, stat, symlink } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { git } from "../git/index.ts";
import { dropStaleLocks, tagsOf } from "../recipe/index.ts";

/** The operator's abra folder: `ABRA_DIR`, else `~/.abra`. */
export function operatorAbraDir(env: NodeJS.ProcessEnv = process.env): string {
  return env["ABRA_DIR"] || join(homedir(), ".abra");
}

export function ownAbraDir(stateDir: string): string {
  return join(stateDir, "abra");
}

/** The app's .env, in the operator's folder. */
export function envPath(operatorDir: string, server: string, domain: string): string {
  return join(operatorDir, "servers", server, `${domain}.env`);
}

/**
 * Prepares hearth's abra folder for a call on `recipe`: links, and a clean clone with the mirror's tags, without
 * lightweight ones, which would block every deploy (lint R014). Returns the folder and the dropped tags.
 */
export async function prepareAbraDir(
  recipe: string,
  mirror: string,
  stateDir: string,
  operatorDir: string,
): Promise<{ abraDir: string; dropped: string[] }> {
  const abraDir = ownAbraDir(stateDir);
  const recipes = join(abraDir, "recipes");
  await mkdir(recipes, { recursive: true, mode: 0o700 });
  for (const name of ["servers", "catalogue"]) await ensureLink(join(abraDir, name), join(operatorDir, name));

  const clone = join(recipes, recipe);
  if (!(await isRepository(clone))) await cloneMirror(recipe, mirror, clone);
  await dropStaleLocks(join(clone, ".git")); // this process has the app's lock: no other works in this clone
  await git(clone, ["fetch", "--quiet", "--force", "--prune", "--prune-tags", "origin"], `fetch recipe ${recipe}`);
  await git(clone, ["reset", "--quiet", "--hard"], `clean recipe ${recipe}`);
  await git(clone, ["clean", "--quiet", "-ffdx"], `clean recipe ${recipe}`);

  const dropped = (await tagsOf(mirror)).filter(tag => !tag.annotated).map(tag => tag.name);
  if (dropped.length > 0) await git(clone, ["tag", "--delete", ...dropped], `drop lightweight tags of ${recipe}`);
  return { abraDir, dropped };
}

function isRepository(folder: string): Promise<boolean> {
  return stat(join(folder, ".git")).then(
    () => true,
    () => false,
  );
}

/** Clones beside and renames: a clone is complete or absent. */
async function cloneMirror(recipe: string, mirror: string, clone: string): Promise<void> {
  const work = `${clone}.${process.pid}`;
  await rm(work, { recursive: true, force: true });
  await git(join(clone, ".."), ["clone", "--quiet", mirror, work], `clone recipe ${recipe}`);
  await rm(clone, { recursive: true, force: true });
  await rename(work, clone);
}

async function ensureLink(path: string, target: string): Promise<void> {
  if ((await readlink(path).catch(() => undefined)) === target) return;
  const work = `${path}.${process.pid}`;
  await rm(work, { force: true });
  await symlink(target, work);
  await rename(work, path);
}
