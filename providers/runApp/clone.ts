// Creates the clone that abra deploys a run's app from: of a release in hearth's mirror, or of a checkout.
//
// The clone has its own objects (hard links to the mirror's): abra's git library doesn't follow alternates.
import { chmod, copyFile, lstat, mkdir, readlink, rename, rm, symlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { git as runGit } from "../lib/git/index.ts";
import { readWorkTree } from "./workTree.ts";

/** A fixed author and time, and no user settings: the same files become the same commit. */
const commitEnv = {
  GIT_AUTHOR_NAME: "hearth",
  GIT_AUTHOR_EMAIL: "hearth@localhost",
  GIT_AUTHOR_DATE: "1700000000 +0000",
  GIT_COMMITTER_NAME: "hearth",
  GIT_COMMITTER_EMAIL: "hearth@localhost",
  GIT_COMMITTER_DATE: "1700000000 +0000",
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_CONFIG_NOSYSTEM: "1",
};

/** git doesn't check out: that would run hooks and filters from the checkout. */
const cloneFlags = ["--quiet", "--no-checkout", "--template="];

/** Replaces `target` with a clone of `mirror` at the tag `version`. Throws ProgramError. */
export async function cloneRelease(mirror: string, version: string, target: string): Promise<void> {
  await replace(target, async draft => {
    await git(dirname(draft), ["clone", ...cloneFlags, mirror, draft], `clone ${mirror}`);
    await deleteLightweightTags(draft);
    const argv = ["checkout", "--quiet", "--detach", `refs/tags/${version}`];
    await git(draft, argv, `check out ${version}`, commitEnv);
  });
}

/**
 * Replaces `target` with a clone that holds the files of `checkout`, committed or not. Only reads the checkout. Copies
 * its repository as git transfers it, so that linked worktrees, shallow clones and borrowed objects become complete.
 * Creates a repository if it has none. Throws ProgramError.
 */
export async function cloneCheckout(checkout: string, target: string): Promise<void> {
  const { head, files } = await readWorkTree(checkout);
  await replace(target, async draft => {
    if (head === undefined) await initRepository(draft, checkout);
    else await cloneRepository(draft, checkout, head);
    for (const file of files) await copy(join(checkout, file), join(draft, file));
    if (head === undefined) await commitAll(draft, checkout);
  });
}

async function initRepository(draft: string, checkout: string): Promise<void> {
  const argv = ["init", "--quiet", "--template=", "--initial-branch=main", draft];
  await git(dirname(draft), argv, `create a repository for ${checkout}`, commitEnv);
}

async function cloneRepository(draft: string, checkout: string, head: string): Promise<void> {
  await git(dirname(draft), ["clone", "--no-local", ...cloneFlags, checkout, draft], `clone ${checkout}`);
  await deleteLightweightTags(draft);
  await git(draft, ["update-ref", "--no-deref", "HEAD", head], `check out ${head}`);
  await git(draft, ["read-tree", "HEAD"], `check out ${head}`);
}

async function commitAll(draft: string, checkout: string): Promise<void> {
  await git(draft, ["add", "--all", "--force"], `add the files of ${checkout}`, commitEnv);
  const argv = ["commit", "--quiet", "--allow-empty", "--no-verify", "--message", "as found"];
  await git(draft, argv, `commit the files of ${checkout}`, commitEnv);
}

/** Builds beside `target`, then renames: a clone is complete or absent. */
async function replace(target: string, build: (draft: string) => Promise<void>): Promise<void> {
  const draft = `${target}.new`;
  await rm(draft, { recursive: true, force: true });
  await mkdir(dirname(target), { recursive: true, mode: 0o700 });
  try {
    await build(draft);
    await rm(target, { recursive: true, force: true });
    await rename(draft, target);
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

/** abra refuses a clone that has a lightweight tag (R014). */
async function deleteLightweightTags(clone: string): Promise<void> {
  const argv = ["for-each-ref", "--format=%(objecttype) %(refname:strip=2)", "refs/tags"];
  const refs = (await git(clone, argv, "list tags")).split("\n").filter(Boolean);
  const names = refs.filter(ref => !ref.startsWith("tag ")).map(ref => ref.slice(ref.indexOf(" ") + 1));
  if (names.length > 0) await git(clone, ["tag", "--delete", ...names], "delete lightweight tags");
}

async function copy(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  const found = await lstat(from);
  if (found.isSymbolicLink()) return symlink(await readlink(from), to);
  await copyFile(from, to);
  await chmod(to, found.mode & 0o777);
}

/** A clone may take longer than lib/git's default: 2 minutes. */
function git(folder: string, argv: readonly string[], what: string, env: Record<string, string> = {}): Promise<string> {
  return runGit(folder, argv, what, { env, timeout: 120_000 });
}
