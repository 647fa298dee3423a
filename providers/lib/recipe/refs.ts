// The refs of a mirror; kept in a file of it too, so that a look where nothing is new needs no process for them.
import { readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { bootId } from "../process/index.ts";
import { git } from "../git/index.ts";

export interface Ref {
  readonly object: string;
  readonly annotated: boolean;
  /** Seconds since 1970. */
  readonly time: number;
}

/** By the name below `refs/tags/`, `refs/upstream/`, `refs/heads/`. */
export interface Refs {
  readonly ours: ReadonlyMap<string, Ref>;
  readonly upstream: ReadonlyMap<string, Ref>;
  readonly heads: ReadonlyMap<string, Ref>;
}

export async function refsOf(mirror: string): Promise<Refs> {
  return refsIn(await listRefs(mirror));
}

/** As git prints them, for `refsIn` and `keepRefs`. */
export function listRefs(mirror: string): Promise<string> {
  const format = "--format=%(refname)%09%(objectname)%09%(objecttype)%09%(creatordate:unix)";
  return git(mirror, ["for-each-ref", format, "refs/tags", "refs/upstream", "refs/heads"], "list tags");
}

export function refsIn(text: string): Refs {
  const found = { ours: new Map<string, Ref>(), upstream: new Map<string, Ref>(), heads: new Map<string, Ref>() };
  for (const line of text.split("\n").filter(Boolean)) {
    const [ref = "", object = "", type = "", time = "0"] = line.split("\t");
    found[sideOf(ref)].set(shortened(ref), { object, annotated: type === "tag", time: Number(time) });
  }
  return found;
}

function sideOf(ref: string): keyof Refs {
  if (ref.startsWith("refs/tags/")) return "ours";
  return ref.startsWith("refs/heads/") ? "heads" : "upstream";
}

/** `refs/tags/1.0.0` is 1.0.0. */
export function shortened(ref: string): string {
  return ref.split("/").slice(2).join("/");
}

/** Its presence says that `refs/upstream` was filled: a mirror made by an older hearth has none, and no tag of it is gone for that. */
export const KEPT = "hearth-compared";

/** For the mirror's only writer: what `listRefs` says now that it is up to date. */
export async function keepRefs(mirror: string, listed: string): Promise<void> {
  const path = join(mirror, KEPT);
  await writeFile(`${path}.new`, `${await bootId()}\n${listed}`);
  await rename(`${path}.new`, path);
}

/** What was kept last. undefined where that was before this boot: git doesn't sync its refs, and a power cut may have taken some. */
export async function keptRefs(mirror: string): Promise<Refs | undefined> {
  const text = await readFile(join(mirror, KEPT), "utf8").catch(() => "");
  const end = text.indexOf("\n");
  return end > 0 && text.slice(0, end) === (await bootId()) ? refsIn(text.slice(end + 1)) : undefined;
}
