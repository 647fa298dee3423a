// Maintains a bare mirror of a recipe's upstream. The operator's clone stays untouched.
//
// `refs/tags/*` holds each tag as hearth first saw it. All of hearth reads these, so a version that ran can run again.
// `refs/upstream/*` holds upstream's current tags. Comparing the two shows which tags moved and which were deleted.
// A file beside the mirror says when hearth first saw each tag.
import { mkdir, readdir, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { closeReader, durably, git, gitIn } from "../git/index.ts";
import { type Lock, withLock } from "../lock/index.ts";
import { ProgramError } from "../process/index.ts";
import type { Log } from "../text.ts";
import { admitTags } from "./admit.ts";
import { currentFirstSeen, recordFirstSeen } from "./firstSeen.ts";
import { listRefs, parseRefs, readSavedRefs, type Refs, REFS_FILE, saveRefs, shortName } from "./refs.ts";
import { tagsIn, tagsOf, type Tag } from "./tags.ts";
import { exists, UnknownRecipeError, upstreamOf } from "./upstream.ts";

interface Mirror {
  readonly path: string;
  readonly tags: readonly Tag[];
  /** Why upstream couldn't be reached; undefined if it was. */
  readonly offline?: string;
}

/**
 * Brings the mirror below `stateDir` up to date, or returns it with the reason why it couldn't. One process at a time
 * writes; the others wait. Logs if the tags' ages were lost. Throws if there is no mirror and none can be created.
 */
export async function refreshMirror(recipe: string, stateDir: string, operatorDir: string, log: Log): Promise<Mirror> {
  const path = join(stateDir, "mirror", `${recipe}.git`);
  try {
    const upstream = await upstreamOf(recipe, operatorDir);
    const same = await upToDate(path, upstream, recipe);
    const seen = same && (await currentFirstSeen(path, same));
    if (same && seen) return { path, tags: tagsIn(same, true, seen) };
    const onLost = (why: string) => log(`${recipe}: ages of its tags lost, counting from the tags' own dates: ${why}`);
    const work = ({ fd }: Lock) => refresh(path, upstream, recipe, fd, onLost);
    return { path, tags: await withLock(`${path}.lock`, work, { wait: LOCK_WAIT }) };
  } catch (error) {
    if (error instanceof UnknownRecipeError || !(await exists(path))) throw error;
    return { path, tags: await tagsOf(path), offline: (error as Error).message.split("\n")[0]! };
  } finally {
    closeReader(path);
  }
}

/** Milliseconds: as long as another process's clone may take. */
const LOCK_WAIT = 150_000;

/** The mirror's refs if upstream has exactly those; this one query is enough if upstream has nothing new. */
async function upToDate(path: string, upstream: string, recipe: string): Promise<Refs | undefined> {
  const saved = await readSavedRefs(path);
  if (!saved) return undefined;
  const argv = ["ls-remote", "--heads", "--tags", "--refs", "--", upstream];
  const lines = (await gitIn({ gitDir: path }, argv, `list upstream's refs of ${recipe}`)).split("\n").filter(Boolean);
  const isKnown = (line: string): boolean => {
    const [object, ref = ""] = line.split("\t");
    return (ref.startsWith("refs/heads/") ? saved.heads : saved.upstream).get(shortName(ref))?.object === object;
  };
  return lines.length === saved.heads.size + saved.upstream.size && lines.every(isKnown) ? saved : undefined;
}

async function refresh(
  path: string,
  upstream: string,
  recipe: string,
  lock: number,
  onLost: (why: string) => void,
): Promise<Tag[]> {
  if (!(await exists(path))) await cloneBare(upstream, path, recipe, lock);
  await dropStaleLocks(path);
  const refs = ["+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/upstream/*"];
  // Without --no-tags git would write upstream's tags to refs/tags.
  const argv = [
    ...durably,
    "fetch",
    "--quiet",
    "--no-auto-gc",
    "--prune",
    "--force",
    "--no-tags",
    "--",
    upstream,
    ...refs,
  ];
  await gitIn({ gitDir: path }, argv, `fetch ${recipe}`, { inherit: lock });
  const fetched = await listRefs(path);
  const admitted = await admitTags(parseRefs(fetched), path, recipe, lock);
  const all = admitted ? await listRefs(path) : fetched;
  const current = parseRefs(all);
  // Recorded before the refs are saved: then missing times are a loss, whenever the process was killed.
  const wasRefreshed = await exists(join(path, REFS_FILE));
  const seen = await recordFirstSeen(path, current, wasRefreshed, onLost);
  await saveRefs(path, all);
  if (admitted) await collectGarbage(path, recipe, lock);
  return tagsIn(current, true, seen);
}

async function cloneBare(upstream: string, path: string, recipe: string, lock: number): Promise<void> {
  const work = `${path}.new`;
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await rm(work, { recursive: true, force: true });
  try {
    const argv = [...durably, "clone", "--quiet", "--bare", "--template=", "--", upstream, work];
    await git(dirname(work), argv, `clone recipe ${recipe}`, { timeout: 120_000, inherit: lock });
    await rename(work, path);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/**
 * Removes git's lock files from the git directory `path`. Only its single writer may call this: to it, every lock is
 * left over from a kill or a power failure.
 */
export async function dropStaleLocks(path: string): Promise<void> {
  const refs = (await readdir(join(path, "refs"), { recursive: true })).map(name => join("refs", name));
  const stale = [...(await readdir(path)), ...refs].filter(name => name.endsWith(".lock"));
  for (const name of stale) await rm(join(path, name), { force: true });
}

/** Packs the mirror if git finds it worthwhile. Ignores failures: the next new tag retries. */
async function collectGarbage(path: string, recipe: string, lock: number): Promise<void> {
  await gitIn({ gitDir: path }, [...durably, "gc", "--auto", "--quiet"], `pack the mirror of ${recipe}`, {
    inherit: lock,
  }).catch(error => {
    if (!(error instanceof ProgramError)) throw error;
  });
}
