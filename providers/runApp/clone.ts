// The clone that abra deploys a run's app from, made anew each time: a release from hearth's mirror, or somebody's checkout as it lies there.
//
// Its objects are its own (hard links to the mirror's), not the mirror's by reference: abra's git library doesn't follow alternates.
import { chmod, copyFile, lstat, mkdir, readlink, rename, rm, symlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { git } from "./git.ts";
import { readWorkTree } from "./workTree.ts";

/** For what hearth commits: nobody's name, no time, nobody's settings, so that the same files are the same commit. */
const nobody = {
  GIT_AUTHOR_NAME: "hearth",
  GIT_AUTHOR_EMAIL: "hearth@localhost",
  GIT_AUTHOR_DATE: "1700000000 +0000",
  GIT_COMMITTER_NAME: "hearth",
  GIT_COMMITTER_EMAIL: "hearth@localhost",
  GIT_COMMITTER_DATE: "1700000000 +0000",
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_CONFIG_NOSYSTEM: "1",
};

/** No check-out by git: neither hooks nor filters of anybody's run. */
const bareBones = ["--quiet", "--no-checkout", "--template="];

/** A clone of `mirror` at the tag `version`, in the place of whatever is at `target`. */
export async function cloneRelease(mirror: string, version: string, target: string): Promise<void> {
  await inPlaceOf(target, async work => {
    await git(dirname(work), ["clone", ...bareBones, mirror, work], `clone ${mirror}`);
    await dropLightweight(work);
    await git(work, ["checkout", "--quiet", "--detach", `refs/tags/${version}`], `check out ${version}`, nobody);
  });
}

/**
 * A clone in which lies what lies in `checkout`, committed or not, in the place of whatever is at `target`. Its repository is only read,
 * and copied as git sends it: worktrees, shallow clones and those that borrow their objects come out whole. Without a repository, one is made.
 */
export async function cloneCheckout(checkout: string, target: string): Promise<void> {
  const { head, files } = await readWorkTree(checkout);
  await inPlaceOf(target, async work => {
    if (head === undefined)
      await git(
        dirname(work),
        ["init", "--quiet", "--template=", "--initial-branch=main", work],
        `make a repository for ${checkout}`,
        nobody,
      );
    else {
      await git(dirname(work), ["clone", "--no-local", ...bareBones, checkout, work], `clone ${checkout}`);
      await dropLightweight(work);
      await git(work, ["update-ref", "--no-deref", "HEAD", head], `check out ${head}`);
      await git(work, ["read-tree", "HEAD"], `check out ${head}`);
    }
    for (const file of files) await copy(join(checkout, file), join(work, file));
    if (head !== undefined) return;
    await git(work, ["add", "--all", "--force"], `take in ${checkout}`, nobody);
    await git(
      work,
      ["commit", "--quiet", "--allow-empty", "--no-verify", "--message", "as found"],
      `take in ${checkout}`,
      nobody,
    );
  });
}

/** Made beside and renamed: a clone is whole, or isn't there. */
async function inPlaceOf(target: string, make: (work: string) => Promise<void>): Promise<void> {
  const work = `${target}.new`;
  await rm(work, { recursive: true, force: true });
  await mkdir(dirname(target), { recursive: true, mode: 0o700 });
  try {
    await make(work);
    await rm(target, { recursive: true, force: true });
    await rename(work, target);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** abra refuses a clone with one tag that isn't annotated (R014). */
async function dropLightweight(clone: string): Promise<void> {
  const refs = (
    await git(clone, ["for-each-ref", "--format=%(objecttype) %(refname:strip=2)", "refs/tags"], "list tags")
  )
    .split("\n")
    .filter(Boolean);
  const names = refs.filter(ref => !ref.startsWith("tag ")).map(ref => ref.slice(ref.indexOf(" ") + 1));
  if (names.length > 0) await git(clone, ["tag", "--delete", ...names], "drop lightweight tags");
}

async function copy(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  const found = await lstat(from);
  if (found.isSymbolicLink()) return symlink(await readlink(from), to);
  await copyFile(from, to);
  await chmod(to, found.mode & 0o777);
}
