// The tags of a mirror.
import { join } from "node:path";
import { REFS_FILE, refsOf, type Refs } from "./refs.ts";
import { exists } from "./upstream.ts";

export interface Tag {
  readonly name: string;
  /** abra refuses a clone with a lightweight tag (lint R014). */
  readonly annotated: boolean;
  /** Creation time in seconds since 1970. */
  readonly time: number;
  /** Upstream's tag of this name now points to another object; the mirror keeps the one first seen. */
  readonly moved: boolean;
  /** Upstream deleted it; the mirror keeps it for rollbacks. */
  readonly gone: boolean;
}

/** In no particular order. Until the mirror's first refresh is complete, no tag counts as gone. */
export async function tagsOf(mirror: string): Promise<Tag[]> {
  const [refs, refreshed] = await Promise.all([refsOf(mirror), exists(join(mirror, REFS_FILE))]);
  return tagsIn(refs, refreshed);
}

/** `refreshed`: whether `upstream` is complete. */
export function tagsIn({ ours, upstream }: Refs, refreshed: boolean): Tag[] {
  return [...ours].map(([name, { object, annotated, time }]) => {
    const theirs = upstream.get(name);
    return {
      name,
      annotated,
      time,
      moved: theirs !== undefined && theirs.object !== object,
      gone: refreshed && theirs === undefined,
    };
  });
}

/** False for a version that was deployed from a working tree. */
export async function hasTag(mirror: string, name: string): Promise<boolean> {
  return (await tagsOf(mirror)).some(tag => tag.name === name);
}
