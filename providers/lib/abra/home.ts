// Prepares hearth's abra folder: it shares the operator's servers and catalogue, but has its own recipe clones, which
// are fetched from the mirror.
import { mkdir, readlink, rename, rm, stat, symlink } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { replaceFolder } from "../fs/index.ts";
import { cloneAt, durably, git, gitIn } from "../git/index.ts";
import { ProgramError } from "../process/index.ts";
import { dropStaleLocks, lightweightTags, salvageTags } from "../recipe/index.ts";

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
  // This process holds the app's lock, so no other uses this clone.
  await updateClone(recipe, mirror, clone).catch(async error => {
    if (!(error instanceof ProgramError)) throw error;
    await rebuildClone(recipe, mirror, clone);
  });

  const lightweight = await lightweightTags(mirror);
  if (lightweight.length > 0)
    await gitIn(cloneAt(clone), ["tag", "--delete", "--", ...lightweight], `delete lightweight tags of ${recipe}`);
  return { abraDir, lightweight };
}

/** Throws ProgramError, also if the clone was damaged. */
async function updateClone(recipe: string, mirror: string, clone: string): Promise<void> {
  if (!(await isRepository(clone))) await cloneMirror(recipe, mirror, clone);
  await dropStaleLocks(join(clone, ".git"));
  const own = cloneAt(clone);
  const argv = [...durably, "fetch", "--quiet", "--force", "--prune", "--prune-tags", "origin"];
  await gitIn(own, argv, `fetch recipe ${recipe}`);
  await gitIn(own, ["rev-list", "--quiet", "--verify-objects", "--all"], `verify the clone of ${recipe}`);
  await gitIn(own, ["reset", "--quiet", "--hard"], `reset the clone of ${recipe}`);
  await gitIn(own, ["clean", "--quiet", "-ffdx"], `clean the clone of ${recipe}`);
}

function isRepository(folder: string): Promise<boolean> {
  return stat(join(folder, ".git")).then(
    () => true,
    () => false,
  );
}

/** Clones to a temporary name, then renames: the clone is complete or absent. */
function cloneMirror(recipe: string, mirror: string, clone: string): Promise<void> {
  return replaceFolder(clone, temporary =>
    git(
      join(clone, ".."),
      [...durably, "clone", "--quiet", "--template=", "--", mirror, temporary],
      `clone recipe ${recipe}`,
    ),
  );
}

/**
 * Makes the clone of every tag that the mirror, or else the old clone, still has: a rollback needs the version that
 * ran, not the newest, which a power failure may have destroyed. Throws ProgramError if no tag can be read.
 */
async function rebuildClone(recipe: string, mirror: string, clone: string): Promise<void> {
  const what = `make the clone of ${recipe} anew`;
  await replaceFolder(clone, async temporary => {
    const own = cloneAt(temporary);
    await git(join(clone, ".."), ["init", "--quiet", "--template=", "--initial-branch=main", "--", temporary], what);
    await gitIn(own, ["remote", "add", "--", "origin", mirror], what);
    await salvageTags(own, join(clone, ".git"));
    await salvageTags(own, mirror); // last: these are as first seen
    const newest = ["for-each-ref", "--count=1", "--sort=-creatordate", "--format=%(refname)", "refs/tags"];
    await gitIn(own, ["reset", "--quiet", "--hard", await gitIn(own, newest, what)], what);
  });
}

async function ensureLink(path: string, target: string): Promise<void> {
  if ((await readlink(path).catch(() => undefined)) === target) return;
  const temporary = `${path}.${process.pid}`;
  await rm(temporary, { force: true });
  await symlink(target, temporary);
  await rename(temporary, path);
}
