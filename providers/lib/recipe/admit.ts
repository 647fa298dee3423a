// Admits upstream's new tags to the mirror.
import { durably, gitIn } from "../git/index.ts";
import type { Refs } from "./refs.ts";

/**
 * Creates upstream's new tags. A known tag stays as first seen, unless it is lightweight: nothing was ever deployed
 * from one, and a maintainer fixes it by tagging again with a message. Returns whether any tag changed.
 */
export async function admitTags(
  { ours, upstream }: Refs,
  path: string,
  recipe: string,
  lock: number,
): Promise<boolean> {
  const taken = new Set(ours.keys());
  const lines: string[] = [];
  for (const [name, { object }] of upstream) {
    const own = ours.get(name);
    if (own === undefined && !conflicts(name, taken)) lines.push(`create refs/tags/${name} ${object}`);
    else if (own && !own.annotated && own.object !== object)
      lines.push(`update refs/tags/${name} ${object} ${own.object}`);
    taken.add(name);
  }
  if (lines.length > 0)
    await gitIn({ gitDir: path }, [...durably, "update-ref", "--stdin"], `create the new tags of ${recipe}`, {
      input: `${lines.join("\n")}\n`,
      inherit: lock,
    });
  return lines.length > 0;
}

/** Git refs are files: `a` and `a/b` can't both be tags, and one that can't be created would block all others. */
function conflicts(name: string, taken: ReadonlySet<string>): boolean {
  const above = name.split("/").map((_, depth, parts) => parts.slice(0, depth).join("/"));
  return above.some(each => taken.has(each)) || [...taken].some(each => each.startsWith(`${name}/`));
}
