// Files and release notes of a recipe at a tag.
import { entriesOf, objectAt, readObject, type Entry } from "../git/index.ts";

/** The text of `file` at `tag`; undefined if that version doesn't have it. Throws ProgramError for an unknown tag. */
export async function fileAt(mirror: string, tag: string, file: string): Promise<string | undefined> {
  const found = await objectAt(mirror, treeAt(tag), file, `read ${file} at ${tag}`);
  return found?.type === "blob" ? found.content.toString("utf8") : undefined;
}

/** Release notes (`release/<version>`) as of `tag`, by version: all, or those that `wanted` accepts. */
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
