// The tags of a mirror.
import { join } from "node:path";
import { type FirstSeen, readFirstSeen, updateFirstSeen } from "./firstSeen.ts";
import { REFS_FILE, refsOf, type Refs } from "./refs.ts";
import { exists } from "./upstream.ts";

export interface Tag {
  readonly name: string;
  /** abra refuses a clone with a lightweight tag (lint R014). */
  readonly annotated: boolean;
  /** When hearth first saw it, in seconds since 1970; never later than now. */
  readonly firstSeen: number;
  /** Upstream's tag of this name now points to another object; the mirror keeps the one first seen. */
  readonly moved: boolean;
  /** Upstream deleted it; the mirror keeps it for rollbacks. */
  readonly gone: boolean;
}

/** In no particular order. Until the mirror's first refresh is complete, no tag counts as gone. Records nothing. */
export async function tagsOf(mirror: string): Promise<Tag[]> {
  const [refs, refreshed, known] = await Promise.all([
    refsOf(mirror),
    exists(join(mirror, REFS_FILE)),
    // When they can't be read, count every tag as new.
    readFirstSeen(mirror).catch((): FirstSeen => new Map()),
  ]);
  return tagsIn(refs, refreshed, updateFirstSeen(known, refs, Date.now()));
}

/** `refreshed`: whether `upstream` is complete. */
export function tagsIn(refs: Refs, refreshed: boolean, seen: FirstSeen): Tag[] {
  const now = Date.now();
  return [...refs.ours].map(([name, { object, annotated }]) => {
    const theirs = refs.upstream.get(name);
    return {
      name,
      annotated,
      firstSeen: Math.min(seen.get(name)?.at ?? now, now) / 1000,
      moved: theirs !== undefined && theirs.object !== object,
      gone: refreshed && theirs === undefined,
    };
  });
}

/** False for a version that was deployed from a working tree. */
export async function hasTag(mirror: string, name: string): Promise<boolean> {
  return (await refsOf(mirror)).ours.has(name);
}

/** Names of the lightweight tags. */
export async function lightweightTags(mirror: string): Promise<string[]> {
  return [...(await refsOf(mirror)).ours].filter(([, { annotated }]) => !annotated).map(([name]) => name);
}
