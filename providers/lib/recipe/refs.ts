// The refs of a mirror. A file in the mirror caches them, so that a check without news needs no process to list them.
import { readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { bootId, ProgramError } from "../process/index.ts";
import { gitIn } from "../git/index.ts";

interface Ref {
  readonly object: string;
  /** The commit that it points to, through an annotated tag too. */
  readonly commit: string;
  readonly annotated: boolean;
  /** Seconds since 1970. */
  readonly time: number;
}

/** Keyed by the name below `refs/tags/`, `refs/upstream/` and `refs/heads/`. */
export interface Refs {
  readonly ours: ReadonlyMap<string, Ref>;
  readonly upstream: ReadonlyMap<string, Ref>;
  readonly heads: ReadonlyMap<string, Ref>;
}

/** Every ref that can be read: one whose object a power failure destroyed must not hide the others. */
export async function refsOf(mirror: string): Promise<Refs> {
  const listed = await listRefs(mirror).catch(async error => {
    if (!(error instanceof ProgramError) || error.kind !== "failed") throw error;
    const each = (await refNames(mirror, all)).map(ref => listRefs(mirror, [ref]).catch(() => ""));
    return (await Promise.all(each)).join("\n");
  });
  return parseRefs(listed);
}

const all = ["refs/tags", "refs/upstream", "refs/heads"];

/** git's output, for `parseRefs` and `saveRefs`. Throws ProgramError if an object can't be read. */
export function listRefs(mirror: string, refs: readonly string[] = all): Promise<string> {
  const format = "--format=%(refname)%09%(objectname)%09%(objecttype)%09%(creatordate:unix)%09%(*objectname)";
  return gitIn({ gitDir: mirror }, ["for-each-ref", format, "--", ...refs], "list tags");
}

/** Full names, whether their objects can be read or not. */
export async function refNames(mirror: string, below: readonly string[]): Promise<string[]> {
  const argv = ["for-each-ref", "--format=%(refname)", "--", ...below];
  return (await gitIn({ gitDir: mirror }, argv, "list tags")).split("\n").filter(Boolean);
}

export function parseRefs(text: string): Refs {
  const found = { ours: new Map<string, Ref>(), upstream: new Map<string, Ref>(), heads: new Map<string, Ref>() };
  for (const line of text.split("\n").filter(Boolean)) {
    const [ref = "", object = "", type = "", time = "0", target] = line.split("\t");
    found[kindOf(ref)].set(shortName(ref), {
      object,
      commit: target || object,
      annotated: type === "tag",
      time: Number(time),
    });
  }
  return found;
}

function kindOf(ref: string): keyof Refs {
  if (ref.startsWith("refs/tags/")) return "ours";
  return ref.startsWith("refs/heads/") ? "heads" : "upstream";
}

/** `refs/tags/1.0.0` → `1.0.0`. */
export function shortName(ref: string): string {
  return ref.split("/").slice(2).join("/");
}

/** The cache in the mirror. Before it exists, `refs/upstream` may be incomplete: the first refresh was interrupted. */
export const REFS_FILE = "hearth-refs";

/** Saves the output of `listRefs` after a refresh. Only the mirror's single writer may call this. */
export async function saveRefs(mirror: string, listed: string): Promise<void> {
  const path = join(mirror, REFS_FILE);
  await writeFile(`${path}.new`, `${await bootId()}\n${listed}`);
  await rename(`${path}.new`, path);
}

/**
 * The refs saved last; undefined if that was before this boot: git doesn't sync its refs, so a power failure may have
 * undone some.
 */
export async function readSavedRefs(mirror: string): Promise<Refs | undefined> {
  const text = await readFile(join(mirror, REFS_FILE), "utf8").catch(() => "");
  const end = text.indexOf("\n");
  return end > 0 && text.slice(0, end) === (await bootId()) ? parseRefs(text.slice(end + 1)) : undefined;
}
