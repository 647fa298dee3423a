// Reads a checkout: its files, committed or not, and a revision that identifies their content. Changes nothing in it.
import { createHash } from "node:crypto";
import { lstat, readdir, readFile, readlink, realpath, stat } from "node:fs/promises";
import { join, relative } from "node:path";
import { ignoreAbsent } from "../lib/fs/index.ts";
import { gitIn, type RepositoryCopy, withRepositoryCopy } from "../lib/git/index.ts";
import { ProgramError } from "../lib/process/index.ts";

interface WorkTree {
  /** The checked-out commit; undefined without a repository of its own, or before its first commit. */
  readonly head: string | undefined;
  /** Sorted paths: tracked and present, or untracked and not ignored; without git, all. */
  readonly files: readonly string[];
}

/** Why `folder` can't be deployed; undefined if it can. */
export async function checkoutFault(folder: string): Promise<string | undefined> {
  const found = await stat(folder).catch(ignoreAbsent);
  if (!found) return `folder ${folder} not found`;
  if (!found.isDirectory()) return `${folder} is not a folder`;
  if (!(await stat(join(folder, "compose.yml")).catch(ignoreAbsent)))
    return `${folder} has no compose.yml: expected a recipe`;
  return undefined;
}

/** Throws ProgramError, or an error in a sentence if the checkout's repository can't be read. */
export function readWorkTree(folder: string): Promise<WorkTree> {
  return withRepositoryCopy(folder, copied => workTreeIn(folder, copied));
}

/** As `readWorkTree`, with a copy of the checkout's repository, if it has one. */
export async function workTreeIn(folder: string, copied: RepositoryCopy | undefined): Promise<WorkTree> {
  if (copied === undefined) return { head: undefined, files: await allFiles(folder) };
  const isOwn = copied.workTree === (await realpath(folder));
  const files = await listedFiles(folder, copied);
  // The surrounding repository may ignore the folder: then take every file.
  if (!isOwn && files.length === 0) return { head: undefined, files: await allFiles(folder) };
  return { head: isOwn ? await headOf(folder, copied) : undefined, files };
}

/** `<commit>-<hash over the files>`: the same for the same commit, names, modes and bytes. */
export async function revisionOf(folder: string): Promise<string> {
  const { head, files } = await readWorkTree(folder);
  const hash = createHash("sha256");
  for (const file of files) {
    const path = join(folder, file);
    const kind = await kindOf(path);
    const content = kind === "link" ? Buffer.from(await readlink(path)) : await readFile(path);
    hash.update(`${file}\0${kind}\0${content.length}\0`).update(content);
  }
  const digest = hash.digest("hex").slice(0, 16);
  return head === undefined ? digest : `${head.slice(0, 8)}-${digest}`;
}

async function kindOf(path: string): Promise<"link" | "program" | "file"> {
  const found = await lstat(path);
  if (found.isSymbolicLink()) return "link";
  return found.mode & 0o111 ? "program" : "file";
}

async function allFiles(folder: string): Promise<string[]> {
  const found = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = found
    .filter(entry => !entry.isDirectory())
    .map(entry => relative(folder, join(entry.parentPath, entry.name)));
  return paths.filter(path => path !== ".git" && !path.startsWith(".git/")).toSorted();
}

/** git's list without tracked files that were deleted, and without nested repositories, which are folders. */
async function listedFiles(folder: string, copied: RepositoryCopy): Promise<string[]> {
  const argv = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
  const output = await gitIn({ ...copied, folder }, argv, `list the files of ${folder}`);
  const names = [...new Set(output.split("\0"))].filter(Boolean);
  const isPresent = await Promise.all(names.map(name => isFile(join(folder, name))));
  return names.filter((_, index) => isPresent[index]).toSorted();
}

async function isFile(path: string): Promise<boolean> {
  const found = await lstat(path).catch(ignoreAbsent);
  return found !== undefined && !found.isDirectory();
}

function headOf(folder: string, copied: RepositoryCopy): Promise<string | undefined> {
  return gitIn(copied, ["rev-parse", "--verify", "--quiet", "HEAD"], `read the commit of ${folder}`).catch(noCommit);
}

function noCommit(error: unknown): undefined {
  if (error instanceof ProgramError && error.kind === "failed" && error.result.stderr === "") return undefined;
  throw error;
}
