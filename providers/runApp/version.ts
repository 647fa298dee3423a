// Chooses the version that `latest` means for a run.
import { compareVersions, parseVersion, type Tag } from "../lib/recipe/index.ts";

/** The newest version that upstream still has, pre-releases excluded. Nothing is held: a run tests what is released. */
export function newestVersion(tags: readonly Tag[]): string | undefined {
  return versionsOf(tags.filter(tag => !tag.gone)).findLast(({ recipe }) => recipe.prerelease.length === 0)?.text;
}

/** The message for a version without a tag, with the five newest that have one. */
export function versionNotFound(
  { recipe, version }: { recipe: string; version: string },
  tags: readonly Tag[],
): string {
  const newest = versionsOf(tags)
    .slice(-5)
    .map(({ text }) => text);
  const known = newest.length === 0 ? "the recipe has no versions" : `newest versions: ${newest.join(", ")}`;
  if (version === "latest") return `no deployable version of recipe ${recipe} found; ${known}`;
  return `version ${version} of recipe ${recipe} not found; ${known}`;
}

/** The tags that are versions, oldest first. */
function versionsOf(tags: readonly Tag[]) {
  return tags.flatMap(({ name }) => parseVersion(name) ?? []).toSorted(compareVersions);
}
