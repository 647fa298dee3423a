// When hearth first saw each tag of a recipe. The minimum age counts from then: a tagger can write any date into a tag.
import { z } from "zod";
import { FORMAT, format, readJson, UnreadableError, writeJson } from "../fs/index.ts";
import type { Refs } from "./refs.ts";

const firstSeenFile = z.object({
  format,
  /** `commit`: where upstream's tag pointed. A list, because a tag can have any name, such as `__proto__`. */
  tags: z.array(z.object({ name: z.string(), commit: z.string(), at: z.iso.datetime() })),
});

interface Sighting {
  readonly commit: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** By the tag's name. */
export type FirstSeen = ReadonlyMap<string, Sighting>;

/** Beside the mirror, so that it outlives a mirror that is cloned again. */
export function firstSeenPath(mirror: string): string {
  return `${mirror.replace(/\.git$/, "")}.first-seen.json`;
}

/** Undefined if the file doesn't exist. Throws as `readJson`. */
export async function readFirstSeen(mirror: string): Promise<FirstSeen | undefined> {
  const kept = await readJson(firstSeenPath(mirror), firstSeenFile);
  return kept && new Map(kept.tags.map(({ name, commit, at }) => [name, { commit, at: Date.parse(at) }]));
}

/**
 * Adds the tags of `refs` at `now` (ms since 1970); returns `known` itself if it needs no change. A tag that points to
 * another commit is seen anew. A time in the future, written before the clock was set back, becomes `now`: the age
 * would stay negative otherwise. `known` undefined: hearth begins with this recipe, and believes the tags' dates unless
 * they are in the future, or a new host would hold every version.
 */
export function updateFirstSeen(known: FirstSeen | undefined, { ours, upstream }: Refs, now: number): FirstSeen {
  const updated = new Map(known);
  for (const [name, own] of ours) {
    const theirs = upstream.get(name);
    const { commit, time } = theirs ?? own;
    const before = known?.get(name);
    const isSame = before !== undefined && (theirs === undefined || before.commit === commit);
    if (isSame && before.at <= now) continue;
    updated.set(name, { commit, at: known === undefined ? dateOf(time, now) : now });
  }
  const isUnchanged = known !== undefined && [...updated].every(([name, sighting]) => known.get(name) === sighting);
  return isUnchanged ? known : updated;
}

/** The first-seen times if every tag of `refs` has one; undefined if they must be recorded. */
export async function currentFirstSeen(mirror: string, refs: Refs): Promise<FirstSeen | undefined> {
  const known = await readFirstSeen(mirror).catch(() => undefined);
  return known && updateFirstSeen(known, refs, Date.now()) === known ? known : undefined;
}

/**
 * Records the tags of `refs`. Only the mirror's single writer may call this. A damaged file begins anew, and so does an
 * absent one, which is a loss if the mirror `wasRefreshed` before: `onLost` gets the reason. Throws FormatError.
 */
export async function recordFirstSeen(
  mirror: string,
  refs: Refs,
  wasRefreshed: boolean,
  onLost: (why: string) => void,
): Promise<FirstSeen> {
  const path = firstSeenPath(mirror);
  let lost = wasRefreshed ? `${path} not found` : undefined;
  const known = await readFirstSeen(mirror).catch(error => {
    if (!(error instanceof UnreadableError)) throw error;
    lost = error.message.split("\n")[0];
    return undefined;
  });
  if (known === undefined && lost !== undefined) onLost(lost);
  const seen = updateFirstSeen(known, refs, Date.now());
  if (seen === known) return seen;
  const tags = [...seen].map(([name, { commit, at }]) => ({ name, commit, at: new Date(at).toISOString() }));
  await writeJson(path, { format: FORMAT, tags });
  return seen;
}

/** The tag's own date (`time`: seconds since 1970) in milliseconds, between 1970 and `now`. */
function dateOf(time: number, now: number): number {
  return Number.isFinite(time) ? Math.min(Math.max(time * 1000, 0), now) : now;
}
