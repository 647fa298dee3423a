// Creates the clone that abra deploys a run's app from: of a release in hearth's mirror, or of a checkout.
//
// The clone has its own objects (hard links to the mirror's): abra's git library doesn't follow alternates.
import { chmod, copyFile, lstat, mkdir, readlink, symlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { replaceFolder } from "../lib/fs/index.ts";
import { cloneAt, git, gitIn, withRepositoryCopy } from "../lib/git/index.ts";
import { workTreeIn } from "./workTree.ts";

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

/** A clone may take longer than lib/git's default: 2 minutes. */
const limit = { timeout: 120_000 };

const asHearth = { ...limit, env: commitEnv };

/** git doesn't check out: that would run hooks and filters from the checkout. */
const cloneFlags = ["--quiet", "--no-checkout", "--template="];

/** Replaces `target` with a clone of `mirror` at the tag `version`. Throws ProgramError. */
export async function cloneRelease(mirror: string, version: string, target: string): Promise<void> {
  await replaceFolder(target, async draft => {
    await git(dirname(draft), ["clone", ...cloneFlags, "--", mirror, draft], `clone ${mirror}`, limit);
    await deleteLightweightTags(draft);
    const argv = ["checkout", "--quiet", "--detach", `refs/tags/${version}`];
    await gitIn(cloneAt(draft), argv, `check out ${version}`, asHearth);
  });
}

/**
 * Replaces `target` with a clone that holds the files of `checkout`, committed or not. Only reads the checkout. Copies
 * its repository as git transfers it, so that linked worktrees, shallow clones and borrowed objects become complete.
 * Creates a repository if it has none. Throws ProgramError.
 */
export async function cloneCheckout(checkout: string, target: string): Promise<void> {
  await withRepositoryCopy(checkout, async copied => {
    const { head, files } = await workTreeIn(checkout, copied);
    await replaceFolder(target, async draft => {
      if (copied === undefined || head === undefined) await initRepository(draft, checkout);
      else await cloneRepository(draft, checkout, copied.gitDir, head);
      for (const file of files) await copy(join(checkout, file), join(draft, file));
      if (head === undefined) await commitAll(draft, checkout);
    });
  });
}

async function initRepository(draft: string, checkout: string): Promise<void> {
  const argv = ["init", "--quiet", "--template=", "--initial-branch=main", "--", draft];
  await git(dirname(draft), argv, `create a repository for ${checkout}`, asHearth);
}

async function cloneRepository(draft: string, checkout: string, from: string, head: string): Promise<void> {
  const argv = ["clone", "--no-local", ...cloneFlags, "--", from, draft];
  await git(dirname(draft), argv, `clone ${checkout}`, limit);
  await gitIn(cloneAt(draft), ["remote", "set-url", "--", "origin", checkout], `clone ${checkout}`);
  await deleteLightweightTags(draft);
  await gitIn(cloneAt(draft), ["update-ref", "--no-deref", "HEAD", head], `check out ${head}`);
  await gitIn(cloneAt(draft), ["read-tree", "HEAD"], `check out ${head}`);
}

async function commitAll(draft: string, checkout: string): Promise<void> {
  await gitIn(cloneAt(draft), ["add", "--all", "--force"], `add the files of ${checkout}`, asHearth);
  const argv = ["commit", "--quiet", "--allow-empty", "--no-verify", "--message", "as found"];
  await gitIn(cloneAt(draft), argv, `commit the files of ${checkout}`, asHearth);
}

/** abra refuses a clone that has a lightweight tag (R014). */
async function deleteLightweightTags(clone: string): Promise<void> {
  const argv = ["for-each-ref", "--format=%(objecttype) %(refname:strip=2)", "refs/tags"];
  const refs = (await gitIn(cloneAt(clone), argv, "list tags")).split("\n").filter(Boolean);
  const names = refs.filter(ref => !ref.startsWith("tag ")).map(ref => ref.slice(ref.indexOf(" ") + 1));
  if (names.length > 0) await gitIn(cloneAt(clone), ["tag", "--delete", "--", ...names], "delete lightweight tags");
}

async function copy(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  const found = await lstat(from);
  if (found.isSymbolicLink()) return symlink(await readlink(from), to);
  await copyFile(from, to);
  await chmod(to, found.mode & 0o777);
}
