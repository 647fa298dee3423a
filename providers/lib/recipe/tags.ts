// The tags of a mirror.
import { join } from "node:path";
import { KEPT, refsOf, type Refs } from "./refs.ts";
import { exists } from "./upstream.ts";

export interface Tag {
  readonly name: string;
  /** abra refuses a clone with a tag that isn't (lint R014). */
  readonly annotated: boolean;
  /** When it was created, in seconds since 1970. */
  readonly time: number;
  /** Upstream's tag of this name is now another object; the mirror keeps the one first seen. */
  readonly moved: boolean;
  /** Upstream deleted it; the mirror keeps it for a rollback. */
  readonly gone: boolean;
}

/** In no particular order. In a repository that isn't a mirror of hearth's, no tag is moved or gone. */
export async function tagsOf(mirror: string): Promise<Tag[]> {
  const [refs, compared] = await Promise.all([refsOf(mirror), exists(join(mirror, KEPT))]);
  return tagsIn(refs, compared);
}

export function tagsIn({ ours, upstream }: Refs, compared: boolean): Tag[] {
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

/** A version that was deployed from a working tree has no tag. */
export async function hasTag(mirror: string, name: string): Promise<boolean> {
  return (await tagsOf(mirror)).some(tag => tag.name === name);
}
