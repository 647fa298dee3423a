// Prepares hearth's abra folder: it shares the operator's servers and catalogue, but has its own recipe clones, which
// are fetched from the mirror.
import { mkdir, readlink, rename, rm, stat, symlink } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { cloneAt, durably, git, gitIn } from "../git/index.ts";
import { dropStaleLocks, lightweightTags } from "../recipe/index.ts";

/** `ABRA_DIR`, else `~/.abra`. */
export function operatorAbraDir(env: NodeJS.ProcessEnv = process.env): string {
  return env["ABRA_DIR"] || join(homedir(), ".abra");
}

function ownAbraDir(stateDir: string): string {
  return join(stateDir, "abra");
}

/** Path of the app's .env in the operator's folder. */
export function envPath(operatorDir: string, server: string, domain: string): string {
  return join(operatorDir, "servers", server, `${domain}.env`);
}

/**
 * Prepares hearth's abra folder for `recipe`: the links, and a clean clone with the mirror's annotated tags. A
 * lightweight tag would block every deploy (lint R014). Returns the folder and the lightweight tags.
 */
export async function prepareAbraDir(
  recipe: string,
  mirror: string,
  stateDir: string,
  operatorDir: string,
): Promise<{ abraDir: string; lightweight: string[] }> {
  const abraDir = ownAbraDir(stateDir);
  const recipes = join(abraDir, "recipes");
  await mkdir(recipes, { recursive: true, mode: 0o700 });
  for (const name of ["servers", "catalogue"]) await ensureLink(join(abraDir, name), join(operatorDir, name));

  const clone = join(recipes, recipe);
  if (!(await isRepository(clone))) await cloneMirror(recipe, mirror, clone);
  await dropStaleLocks(join(clone, ".git")); // this process holds the app's lock, so no other uses this clone
  await gitIn(
    cloneAt(clone),
    [...durably, "fetch", "--quiet", "--force", "--prune", "--prune-tags", "origin"],
    `fetch recipe ${recipe}`,
  );
  await gitIn(cloneAt(clone), ["reset", "--quiet", "--hard"], `reset the clone of ${recipe}`);
  await gitIn(cloneAt(clone), ["clean", "--quiet", "-ffdx"], `clean the clone of ${recipe}`);

  const lightweight = await lightweightTags(mirror);
  if (lightweight.length > 0)
    await gitIn(cloneAt(clone), ["tag", "--delete", "--", ...lightweight], `delete lightweight tags of ${recipe}`);
  return { abraDir, lightweight };
}

function isRepository(folder: string): Promise<boolean> {
  return stat(join(folder, ".git")).then(
    () => true,
    () => false,
  );
}

/** Clones to a temporary name, then renames: the clone is complete or absent. */
async function cloneMirror(recipe: string, mirror: string, clone: string): Promise<void> {
  const temporary = `${clone}.${process.pid}`;
  await rm(temporary, { recursive: true, force: true });
  await git(
    join(clone, ".."),
    [...durably, "clone", "--quiet", "--template=", "--", mirror, temporary],
    `clone recipe ${recipe}`,
  );
  await rm(clone, { recursive: true, force: true });
  await rename(temporary, clone);
}

async function ensureLink(path: string, target: string): Promise<void> {
  if ((await readlink(path).catch(() => undefined)) === target) return;
  const temporary = `${path}.${process.pid}`;
  await rm(temporary, { force: true });
  await symlink(target, temporary);
  await rename(temporary, path);
}
