// A checkout as it lies there: its files, committed or not, and what tells it from itself at another time. Nothing in it is touched.
import { createHash } from "node:crypto";
import { lstat, readdir, readFile, readlink, realpath, stat } from "node:fs/promises";
import { join, relative } from "node:path";
import { ignoreAbsent } from "../lib/fs/index.ts";
import { ProgramError } from "../lib/process/index.ts";
import { git } from "./git.ts";

export interface WorkTree {
  /** The commit that is checked out; undefined in a folder that is no repository of its own, or has no commit yet. */
  readonly head: string | undefined;
  /** Paths of what counts: tracked and there, or untracked and not ignored; in a folder without git, all. Sorted. */
  readonly files: readonly string[];
}

/** Why `folder` can't be deployed, in a sentence; undefined where it can. */
export async function checkoutFault(folder: string): Promise<string | undefined> {
  const found = await stat(folder).catch(ignoreAbsent);
  if (!found) return `there is no folder ${folder}`;
  if (!found.isDirectory()) return `${folder} is no folder`;
  if (!(await stat(join(folder, "compose.yml")).catch(ignoreAbsent)))
    return `${folder} has no compose.yml: it is no recipe`;
  return undefined;
}

/** Throws git's own words where it refuses the folder. */
export async function readWorkTree(folder: string): Promise<WorkTree> {
  const top = await git(folder, ["rev-parse", "--show-toplevel"], `look at ${folder}`).catch(noRepository);
  if (top === undefined) return { head: undefined, files: await allFiles(folder) };
  const listed = (
    await git(folder, ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], `list the files of ${folder}`)
  ).split("\0");
  const files = (
    await Promise.all(
      [...new Set(listed)].filter(Boolean).map(async file => ((await isFile(join(folder, file))) ? [file] : [])),
    )
  ).flat();
  const own = (await realpath(top)) === (await realpath(folder));
  // A folder that the repository around it ignores has files all the same.
  if (!own && files.length === 0) return { head: undefined, files: await allFiles(folder) };
  const head = own
    ? await git(folder, ["rev-parse", "--verify", "--quiet", "HEAD"], `look at ${folder}`).catch(noCommit)
    : undefined;
  return { head, files: files.toSorted() };
}

/** What the checkout holds, as `<commit>-<hash over its files>`: the same for the same commit, names, modes and bytes. */
export async function revisionOf(folder: string): Promise<string> {
  const { head, files } = await readWorkTree(folder);
  const hash = createHash("sha256");
  for (const file of files) {
    const path = join(folder, file);
    const found = await lstat(path);
    const kind = found.isSymbolicLink() ? "link" : found.mode & 0o111 ? "program" : "file";
    const content = kind === "link" ? Buffer.from(await readlink(path)) : await readFile(path);
    hash.update(`${file}\0${kind}\0${content.length}\0`).update(content);
  }
  const digest = hash.digest("hex").slice(0, 16);
  return head === undefined ? digest : `${head.slice(0, 8)}-${digest}`;
}

async function allFiles(folder: string): Promise<string[]> {
  const found = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = found
    .filter(entry => !entry.isDirectory())
    .map(entry => relative(folder, join(entry.parentPath, entry.name)));
  return paths.filter(path => path !== ".git" && !path.startsWith(".git/")).toSorted();
}

/** Of what git lists, a tracked file may have been deleted, and a repository within is a folder. */
async function isFile(path: string): Promise<boolean> {
  const found = await lstat(path).catch(ignoreAbsent);
  return found !== undefined && !found.isDirectory();
}

function noRepository(error: unknown): undefined {
  if (error instanceof ProgramError && /not a git repository/i.test(error.result.stderr)) return undefined;
  throw error;
}

function noCommit(error: unknown): undefined {
  if (error instanceof ProgramError && error.kind === "failed" && error.result.stderr === "") return undefined;
  throw error;
}
