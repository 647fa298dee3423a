// A bare mirror of a recipe's upstream, of hearth's own: tags, files at a tag and release notes, without touching anybody's clone.
//
// `refs/tags/*` are the tags as hearth saw them first, which all of hearth reads: what ran once can run again. `refs/upstream/*` are
// the tags as upstream has them now, and the two together tell which one moved and which one is gone.
import { access, mkdir, readdir, readFile, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { z } from "zod";
import { withLock } from "../lock/index.ts";
import { ProgramError, run } from "../process/index.ts";
import { endReading, entriesOf, type Entry, git, objectAt, gitEnv, readObject } from "../git/index.ts";
import { KEPT, keepRefs, keptRefs, listRefs, refsIn, refsOf, shortened, type Refs } from "./refs.ts";

export class UnknownRecipeError extends Error {
  override readonly name = "UnknownRecipeError";
}

export interface Tag {
  readonly name: string;
  /** abra refuses a clone with one tag that isn't (R014). */
  readonly annotated: boolean;
  /** When it was made, in seconds since 1970. */
  readonly time: number;
  /** Upstream's tag of this name is another object by now; ours is the one that was seen first. */
  readonly moved: boolean;
  /** Upstream has it no more; ours stays for a way back. */
  readonly gone: boolean;
}

export interface Mirror {
  readonly path: string;
  /** As `tagsOf` has them. */
  readonly tags: readonly Tag[];
  /** Why upstream couldn't be asked; undefined where it was. */
  readonly offline?: string;
}

const catalogue = z.record(z.string(), z.looseObject({ repository: z.string() }));

/** Where `recipe` comes from: the operator's own clone says it, else abra's catalogue. Throws UnknownRecipeError. */
export async function upstreamOf(recipe: string, operatorDir: string): Promise<string> {
  const clone = join(operatorDir, "recipes", recipe);
  const origin =
    (await exists(clone)) &&
    (await git(clone, ["remote", "get-url", "origin"], `read the origin of ${recipe}`).catch(() => undefined));
  if (origin) return origin;
  const file = join(operatorDir, "catalogue", "recipes.json");
  const text = await readFile(file, "utf8").catch(() => "{}");
  const found = catalogue.parse(JSON.parse(text))[recipe]?.repository;
  if (!found)
    throw new UnknownRecipeError(
      `no recipe is called "${recipe}": neither ${clone} nor ${file} knows it (abra recipe fetch ${recipe})`,
    );
  return found;
}

/**
 * Brings the mirror below `stateDir` up to date, or says why it couldn't. Where there is something to write, one process at a time; the
 * others wait for it, no longer than `LOCK_WAIT`. Throws when there is no mirror and none can be made.
 */
export async function refreshMirror(recipe: string, stateDir: string, operatorDir: string): Promise<Mirror> {
  const path = join(stateDir, "mirror", `${recipe}.git`);
  try {
    const upstream = await upstreamOf(recipe, operatorDir);
    const same = await upToDate(path, upstream, recipe);
    const refs =
      same ?? (await withLock(`${path}.lock`, ({ fd }) => refresh(path, upstream, recipe, fd), { wait: LOCK_WAIT }));
    return { path, tags: tagsIn(refs, true) };
  } catch (error) {
    if (error instanceof UnknownRecipeError || !(await exists(path))) throw error;
    return { path, tags: await tagsOf(path), offline: (error as Error).message.split("\n")[0]! };
  } finally {
    endReading(path);
  }
}

/** Milliseconds: as long as the clone that another process may be at. */
const LOCK_WAIT = 150_000;

/** What the mirror has, where upstream has just that: most often there is nothing new, and one question is all. */
async function upToDate(path: string, upstream: string, recipe: string): Promise<Refs | undefined> {
  const kept = await keptRefs(path);
  if (!kept) return undefined;
  const text = await git(path, ["ls-remote", "--heads", "--tags", "--refs", upstream], `ask upstream of ${recipe}`);
  const theirs = text.split("\n").filter(Boolean);
  const known = (line: string): boolean => {
    const [object, ref = ""] = line.split("\t");
    return (ref.startsWith("refs/heads/") ? kept.heads : kept.upstream).get(shortened(ref))?.object === object;
  };
  return theirs.length === kept.heads.size + kept.upstream.size && theirs.every(known) ? kept : undefined;
}

async function refresh(path: string, upstream: string, recipe: string, lock: number): Promise<Refs> {
  if (!(await exists(path))) await cloneBare(upstream, path, recipe, lock);
  await dropStaleLocks(path);
  const refs = ["+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/upstream/*"];
  // Without --no-tags git would follow upstream's tags into refs/tags by itself.
  const argv = ["fetch", "--quiet", "--no-auto-gc", "--prune", "--force", "--no-tags", upstream, ...refs];
  await git(path, argv, `fetch ${recipe}`, { inherit: lock });
  const fetched = await listRefs(path);
  const admitted = await admit(refsIn(fetched), path, recipe, lock);
  const all = admitted ? await listRefs(path) : fetched;
  await keepRefs(path, all);
  if (admitted) await collect(path, recipe, lock);
  return refsIn(all);
}

async function cloneBare(upstream: string, path: string, recipe: string, lock: number): Promise<void> {
  const work = `${path}.new`;
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await rm(work, { recursive: true, force: true });
  try {
    await run("git", ["clone", "--quiet", "--bare", upstream, work], `clone recipe ${recipe}`, {
      env: gitEnv,
      timeout: 120_000,
      inherit: lock,
    });
    await rename(work, path);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** For the only writer of a repository (`path` is its git directory): what git locked in there was left behind by a kill or a power cut. */
export async function dropStaleLocks(path: string): Promise<void> {
  const refs = (await readdir(join(path, "refs"), { recursive: true })).map(name => join("refs", name));
  const stale = [...(await readdir(path)), ...refs].filter(name => name.endsWith(".lock"));
  for (const name of stale) await rm(join(path, name), { force: true });
}

/**
 * Takes upstream's new tags in. One that we have stays as it is, unless ours is lightweight: nothing was ever deployed from such
 * a one, and making it again with a message is how a maintainer mends it. Says whether there was one to take in.
 */
async function admit({ ours, upstream }: Refs, path: string, recipe: string, lock: number): Promise<boolean> {
  const taken = new Set(ours.keys());
  const lines: string[] = [];
  for (const [name, { object }] of upstream) {
    const own = ours.get(name);
    if (own === undefined && !inTheWay(name, taken)) lines.push(`create refs/tags/${name} ${object}`);
    else if (own && !own.annotated && own.object !== object)
      lines.push(`update refs/tags/${name} ${object} ${own.object}`);
    taken.add(name);
  }
  if (lines.length > 0)
    await git(path, ["update-ref", "--stdin"], `take in the new tags of ${recipe}`, {
      input: `${lines.join("\n")}\n`,
      inherit: lock,
    });
  return lines.length > 0;
}

/** Refs are files to git: `a` and `a/b` can't be tags both, and one that can't be made would keep all others out. */
function inTheWay(name: string, taken: ReadonlySet<string>): boolean {
  const above = name.split("/").map((_, depth, parts) => parts.slice(0, depth).join("/"));
  return above.some(each => taken.has(each)) || [...taken].some(each => each.startsWith(`${name}/`));
}

/** Packs what the mirror gathered, where that is a lot. What fails here is missed by nobody: git tries again at the next new tag. */
async function collect(path: string, recipe: string, lock: number): Promise<void> {
  await git(path, ["gc", "--auto", "--quiet"], `collect ${recipe}`, { inherit: lock }).catch(error => {
    if (!(error instanceof ProgramError)) throw error;
  });
}

/** Every tag of the mirror, in no particular order. Of a repository that is no mirror of hearth's, none is moved or gone. */
export async function tagsOf(mirror: string): Promise<Tag[]> {
  const [refs, compared] = await Promise.all([refsOf(mirror), exists(join(mirror, KEPT))]);
  return tagsIn(refs, compared);
}

function tagsIn({ ours, upstream }: Refs, compared: boolean): Tag[] {
  return [...ours].map(([name, { object, annotated, time }]) => {
    const theirs = upstream.get(name);
    return {
      name,
      annotated,
      time,
      moved: theirs !== undefined && theirs.object !== object,
      gone: compared && theirs === undefined,
    };
  });
}

/** Whether the mirror has a tag of this name: a version that was deployed from a working tree has none. */
export async function hasTag(mirror: string, name: string): Promise<boolean> {
  return (await tagsOf(mirror)).some(tag => tag.name === name);
}

/** The text of `file` at `tag`, or undefined where that version hasn't got it. Throws ProgramError where there is no such tag. */
export async function fileAt(mirror: string, tag: string, file: string): Promise<string | undefined> {
  const found = await objectAt(mirror, treeAt(tag), file, `read ${file} at ${tag}`);
  return found?.type === "blob" ? found.content.toString("utf8") : undefined;
}

/** The versions that have release notes, as of `tag`: `release/<version>` in its tree. */
export async function notedVersions(mirror: string, tag: string): Promise<string[]> {
  return (await notedAt(mirror, tag)).map(({ name }) => name);
}

/** The notes as of `tag`, by version: all, or those that `wanted` says yes to. */
export async function notesAt(
  mirror: string,
  tag: string,
  wanted: (version: string) => boolean = () => true,
): Promise<Record<string, string>> {
  const noted = (await notedAt(mirror, tag)).filter(({ name }) => wanted(name));
  const texts = noted.map(async ({ name, oid }) => {
    const { type, content } = await readObject(mirror, oid, `read release/${name} at ${tag}`);
    return [name, type === "blob" ? content.toString("utf8") : ""] as const;
  });
  return Object.fromEntries(await Promise.all(texts));
}

async function notedAt(mirror: string, tag: string): Promise<Entry[]> {
  const found = await objectAt(mirror, treeAt(tag), "release", `list the notes at ${tag}`);
  return found?.type === "tree" ? entriesOf(found) : [];
}

function treeAt(tag: string): string {
  return `refs/tags/${tag}^{tree}`;
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
