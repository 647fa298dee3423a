// Maintains a bare mirror of a recipe's upstream. The operator's clone stays untouched.
//
// `refs/tags/*` holds each tag as hearth first saw it. All of hearth reads these, so a version that ran can run again.
// `refs/upstream/*` holds upstream's current tags. Comparing the two shows which tags moved and which were deleted.
// A file beside the mirror says when hearth first saw each tag.
import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { ignoreAbsent } from "../fs/index.ts";
import { closeReader, durably, gitIn } from "../git/index.ts";
import { type Lock, withLock } from "../lock/index.ts";
import { ProgramError } from "../process/index.ts";
import type { Log } from "../text.ts";
import { admitTags } from "./admit.ts";
import { cloneBare, finishReplacing, replaceIfDamaged, type Writing } from "./cloneMirror.ts";
import { anyDamageOf, damageOf, dropEmptyObjects } from "./damage.ts";
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
    const work = ({ fd }: Lock) => refresh({ path, upstream, recipe, lock: fd, log });
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

/** Brings the mirror up to date. Clones it anew if it can't be read: checked once a boot, and whenever that fails. */
async function refresh(writing: Writing): Promise<Tag[]> {
  const { path } = writing;
  await finishReplacing(path);
  if (!(await exists(path))) await cloneBare(writing);
  else if (!(await readSavedRefs(path))) await replaceIfDamaged(writing, await damageOf({ gitDir: path }));
  try {
    return await update(writing);
  } catch (error) {
    if (!(error instanceof ProgramError) || !(await replaceIfDamaged(writing, await anyDamageOf({ gitDir: path }))))
      throw error;
    return update(writing);
  }
}

async function update({ path, upstream, recipe, lock, log }: Writing): Promise<Tag[]> {
  await dropStaleLocks(path);
  await dropEmptyObjects(path);
  const refs = ["+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/upstream/*"];
  // Without --no-tags git would write upstream's tags to refs/tags.
  const options = ["--quiet", "--no-auto-gc", "--prune", "--force", "--no-tags"];
  const argv = [...durably, "fetch", ...options, "--", upstream, ...refs];
  await gitIn({ gitDir: path }, argv, `fetch ${recipe}`, { inherit: lock });
  const fetched = await listRefs(path);
  const admitted = await admitTags(parseRefs(fetched), path, recipe, lock);
  const all = admitted ? await listRefs(path) : fetched;
  const current = parseRefs(all);
  // Recorded before the refs are saved: then missing times are a loss, whenever the process was killed.
  const wasRefreshed = await exists(join(path, REFS_FILE));
  const onLost = (why: string) => log(`${recipe}: ages of its tags lost, counting from the tags' own dates: ${why}`);
  const seen = await recordFirstSeen(path, current, wasRefreshed, onLost);
  await saveRefs(path, all);
  if (admitted) await collectGarbage(path, recipe, lock);
  return tagsIn(current, true, seen);
}

/**
 * Removes git's lock files from the git directory `path`. Only its single writer may call this: to it, every lock is
 * left over from a kill or a power failure.
 */
export async function dropStaleLocks(path: string): Promise<void> {
  const found = (await readdir(join(path, "refs"), { recursive: true }).catch(ignoreAbsent)) ?? [];
  const refs = found.map(name => join("refs", name));
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
