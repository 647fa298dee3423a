// A bare mirror of a recipe's upstream, of hearth's own: tags, files at a tag and release notes, without touching anybody's clone.
import { mkdir, readFile, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { ProgramError, run } from "../program/run.ts";

export class UnknownRecipeError extends Error {
  override readonly name = "UnknownRecipeError";
}

export interface Tag {
  readonly name: string;
  /** abra refuses a clone with one tag that isn't (R014). */
  readonly annotated: boolean;
  /** When it was made, in seconds since 1970. */
  readonly time: number;
}

export interface Mirror {
  readonly path: string;
  /** Why upstream couldn't be asked; undefined where it was. */
  readonly offline?: string;
}

const catalogue = z.record(z.string(), z.looseObject({ repository: z.string() }));

/** Where `recipe` comes from: the operator's own clone says it, else abra's catalogue. Throws UnknownRecipeError. */
export async function upstreamOf(recipe: string, operatorDir: string): Promise<string> {
  const clone = join(operatorDir, "recipes", recipe);
  const origin = await git(clone, ["remote", "get-url", "origin"], `read the origin of ${recipe}`).catch(() => undefined);
  if (origin) return origin;
  const file = join(operatorDir, "catalogue", "recipes.json");
  const text = await readFile(file, "utf8").catch(() => "{}");
  const found = catalogue.parse(JSON.parse(text))[recipe]?.repository;
  if (!found) throw new UnknownRecipeError(`no recipe is called "${recipe}": neither ${clone} nor ${file} knows it (abra recipe fetch ${recipe})`);
  return found;
}

/** Brings the mirror below `stateDir` up to date, or says why it couldn't. Throws when there is no mirror and none can be made. */
export async function refreshMirror(recipe: string, stateDir: string, operatorDir: string): Promise<Mirror> {
  const path = join(stateDir, "mirror", `${recipe}.git`);
  const there = await stat(path).then(
    () => true,
    () => false,
  );
  try {
    const upstream = await upstreamOf(recipe, operatorDir);
    if (there)
      await git(path, ["fetch", "--quiet", "--prune", "--force", upstream, "+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*"], `fetch ${recipe}`);
    else await cloneBare(upstream, path, recipe);
    return { path };
  } catch (error) {
    if (!there || error instanceof UnknownRecipeError) throw error;
    return { path, offline: (error as Error).message.split("\n")[0]! };
  }
}

async function cloneBare(upstream: string, path: string, recipe: string): Promise<void> {
  const work = `${path}.${process.pid}`;
  await mkdir(join(path, ".."), { recursive: true, mode: 0o700 });
  try {
    await run("git", ["clone", "--quiet", "--mirror", upstream, work], `clone recipe ${recipe}`, { env: quietGit, timeout: 120_000 });
    await rename(work, path).catch(error => {
      if (error.code !== "ENOTEMPTY" && error.code !== "EEXIST") throw error; // somebody else made it meanwhile
    });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** Every tag of the mirror. */
export async function tagsOf(mirror: string): Promise<Tag[]> {
  const text = await git(mirror, ["for-each-ref", "--format=%(refname:strip=2)%09%(objecttype)%09%(creatordate:unix)", "refs/tags"], "list tags");
  return text
    .split("\n")
    .filter(Boolean)
    .map(line => {
      const [name = "", type = "", time = "0"] = line.split("\t");
      return { name, annotated: type === "tag", time: Number(time) };
    });
}

/** The text of `file` at `tag`, or undefined where that version hasn't got it. */
export async function fileAt(mirror: string, tag: string, file: string): Promise<string | undefined> {
  try {
    return (await run("git", ["-C", mirror, "show", `refs/tags/${tag}:${file}`], `read ${file} at ${tag}`, { env: quietGit })).stdout + "\n";
  } catch (error) {
    if (error instanceof ProgramError && /does not exist|exists on disk, but not in/.test(error.result.stderr)) return undefined;
    throw error;
  }
}

/** The versions that have release notes, as of `tag`: `release/<version>` in its tree. */
export async function notedVersions(mirror: string, tag: string): Promise<string[]> {
  const text = await git(mirror, ["ls-tree", "--name-only", `refs/tags/${tag}:release`], `list the notes at ${tag}`).catch(error => {
    if (error instanceof ProgramError && /Not a valid object name/i.test(error.result.stderr)) return "";
    throw error;
  });
  return text.split("\n").filter(Boolean);
}

/** No question about a password, no message in another language. */
const quietGit = { GIT_TERMINAL_PROMPT: "0", LC_ALL: "C" };

async function git(folder: string, argv: readonly string[], what: string): Promise<string> {
  return (await run("git", ["-C", folder, ...argv], what, { env: quietGit, timeout: 60_000 })).stdout;
}
