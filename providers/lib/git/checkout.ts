// Reads a checkout's repository without its configuration, which may name programs: through a git directory of hearth's
// own that borrows the checkout's objects, and has copies of its refs, its index and its exclusions.
import { lstat, mkdir, mkdtemp, readdir, readFile, realpath, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { ignoreAbsent } from "../fs/index.ts";
import { git } from "./git.ts";

export interface RepositoryCopy {
  readonly gitDir: string;
  /** Real path of the checkout's top folder. */
  readonly workTree: string;
}

/** Where a checkout's repository is; both folders are the same except in a linked worktree. */
interface Found {
  readonly workTree: string;
  /** With HEAD and the index. */
  readonly gitDir: string;
  /** With the objects, the refs and the configuration. */
  readonly commonDir: string;
}

/**
 * Calls `work` with a copy of the repository that `folder` is in, or undefined if it is in none, and removes the copy.
 * Changes nothing in the checkout. Throws ProgramError, or an error in a sentence if the repository isn't readable.
 */
export async function withRepositoryCopy<T>(
  folder: string,
  work: (copied: RepositoryCopy | undefined) => Promise<T>,
): Promise<T> {
  const found = await findRepository(await realpath(folder));
  if (found === undefined) return work(undefined);
  const temporary = await mkdtemp(join(tmpdir(), "hearth-checkout-"));
  try {
    const gitDir = join(temporary, "git");
    await copyRepository(found, gitDir);
    return await work({ gitDir, workTree: found.workTree });
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

/** As git finds it: the nearest `.git` upwards, within one filesystem. */
async function findRepository(folder: string): Promise<Found | undefined> {
  const at = join(folder, ".git");
  const entry = await stat(at).catch(ignoreAbsent);
  if (entry?.isFile()) return described(folder, await pointedTo(at));
  if (entry?.isDirectory() && (await stat(join(at, "HEAD")).catch(ignoreAbsent))) return described(folder, at);
  const above = dirname(folder);
  const isSameDisk = (await stat(above)).dev === (await stat(folder)).dev;
  return above === folder || !isSameDisk ? undefined : findRepository(above);
}

/** The git directory that a file `.git` names, in a linked worktree or a submodule. */
async function pointedTo(file: string): Promise<string> {
  const named = /^gitdir: (.+)$/m.exec((await textOf(file)) ?? "")?.[1];
  const gitDir = named && resolve(dirname(file), named);
  if (gitDir && (await stat(gitDir).catch(ignoreAbsent))?.isDirectory()) return gitDir;
  throw new Error(`${file} names the repository ${gitDir ?? "(none)"}, which is not found: is it mounted here?`);
}

async function described(workTree: string, gitDir: string): Promise<Found> {
  const common = (await textOf(join(gitDir, "commondir")))?.trim();
  return { workTree, gitDir, commonDir: common ? resolve(gitDir, common) : gitDir };
}

async function copyRepository({ workTree, gitDir, commonDir }: Found, own: string): Promise<void> {
  const head = (await textOf(join(gitDir, "HEAD")))?.trim() ?? "";
  if (head.endsWith("/.invalid"))
    throw new Error(`${workTree} stores its refs in a reftable, which is not supported: expected files`);
  const format = await objectFormat(commonDir);
  const argv = ["init", "--quiet", "--bare", "--template=", `--object-format=${format}`, "--", own];
  await git(dirname(own), argv, `read the repository of ${workTree}`);
  await write(join(own, "objects", "info", "alternates"), `${join(await realpath(commonDir), "objects")}\n`);
  if (/^(ref: refs\/\S+|[0-9a-f]{40,64})$/.test(head)) await write(join(own, "HEAD"), `${head}\n`);
  for (const name of ["packed-refs", "shallow", "info/exclude"]) await copyFile(commonDir, own, name);
  for (const kind of ["refs/heads", "refs/tags"]) await copyRefs(commonDir, own, kind);
  const indexes = (await readdir(gitDir)).filter(name => name === "index" || name.startsWith("sharedindex."));
  for (const name of indexes) await copyFile(gitDir, own, name);
}

/** Read as data, whatever else the configuration says. */
async function objectFormat(commonDir: string): Promise<"sha1" | "sha256"> {
  const argv = ["config", "--file", join(commonDir, "config"), "--no-includes", "--get", "extensions.objectformat"];
  const format = await git(commonDir, argv, "read the object format").catch(() => "");
  return format.trim() === "sha256" ? "sha256" : "sha1";
}

async function copyRefs(from: string, to: string, folder: string): Promise<void> {
  const entries = await readdir(join(from, folder), { recursive: true, withFileTypes: true }).catch(ignoreAbsent);
  for (const entry of entries ?? []) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile() && !entry.name.endsWith(".lock")) await copyFile(from, to, path.slice(from.length + 1));
  }
}

/** Skips what is no file: a link may lead to one that only this user can read, and git quotes what it can't parse. */
async function copyFile(from: string, to: string, name: string): Promise<void> {
  const found = await lstat(join(from, name)).catch(ignoreAbsent);
  if (found?.isFile()) await write(join(to, name), await readFile(join(from, name)));
}

async function textOf(path: string): Promise<string | undefined> {
  const found = await lstat(path).catch(ignoreAbsent);
  return found?.isFile() ? readFile(path, "utf8") : undefined;
}

async function write(path: string, content: string | Buffer): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, content);
}
