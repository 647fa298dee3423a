// hearth's own abra folder: the operator's servers and catalogue, but recipe clones that nobody edits, fed from the mirror.
import { mkdir, readlink, rename, rm, stat, symlink } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { run } from "../process/index.ts";
import { dropStaleLocks, tagsOf } from "../recipe/index.ts";

/** abra's folder as the operator has it: `ABRA_DIR`, else `~/.abra`. */
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
 * Makes hearth's abra folder fit for a call on `recipe`: links, and a clean clone with the mirror's tags, without the
 * lightweight ones, which would block every deploy (R014). Gives back the folder and the tags that were dropped.
 */
export async function prepareAbraDir(
  recipe: string,
  mirror: string,
  stateDir: string,
  operatorDir: string,
): Promise<{ abraDir: string; dropped: string[] }> {
  const abraDir = ownAbraDir(stateDir);
  await mkdir(join(abraDir, "recipes"), { recursive: true, mode: 0o700 });
  for (const name of ["servers", "catalogue"]) await ensureLink(join(abraDir, name), join(operatorDir, name));

  const clone = join(abraDir, "recipes", recipe);
  const there = await stat(join(clone, ".git")).then(
    () => true,
    () => false,
  );
  if (!there) {
    const work = `${clone}.${process.pid}`;
    await rm(work, { recursive: true, force: true });
    await run("git", ["clone", "--quiet", mirror, work], `clone recipe ${recipe}`);
    await rm(clone, { recursive: true, force: true });
    await rename(work, clone);
  }
  await dropStaleLocks(join(clone, ".git")); // the app's lock is held: nobody else works in this clone
  await git(clone, ["fetch", "--quiet", "--force", "--prune", "--prune-tags", "origin"], `fetch recipe ${recipe}`);
  await git(clone, ["reset", "--quiet", "--hard"], `clean recipe ${recipe}`);
  await git(clone, ["clean", "--quiet", "-ffdx"], `clean recipe ${recipe}`);

  const dropped = (await tagsOf(mirror)).filter(tag => !tag.annotated).map(tag => tag.name);
  if (dropped.length > 0) await git(clone, ["tag", "--delete", ...dropped], `drop lightweight tags of ${recipe}`);
  return { abraDir, dropped };
}

async function ensureLink(path: string, target: string): Promise<void> {
  if ((await readlink(path).catch(() => undefined)) === target) return;
  const work = `${path}.${process.pid}`;
  await rm(work, { force: true });
  await symlink(target, work);
  await rename(work, path);
}

async function git(folder: string, argv: readonly string[], what: string): Promise<void> {
  await run("git", ["-C", folder, ...argv], what, { timeout: 60_000 });
}
