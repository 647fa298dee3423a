// A recipe's version, `<recipe semver>+<app version>`: parsed and ordered, never as text.
import semver from "semver";

export interface RecipeVersion {
  readonly text: string;
  readonly recipe: semver.SemVer;
  /** What stands after `+`, as written; empty where nothing does. */
  readonly app: string;
  /** As far as it parses. */
  readonly appVersion: semver.SemVer | undefined;
}

/** undefined for what is no version of a recipe (`v1`, `main`, `1.2`). */
export function parseVersion(text: string): RecipeVersion | undefined {
  const plus = text.indexOf("+");
  const [recipe, app] = plus < 0 ? [text, ""] : [text.slice(0, plus), text.slice(plus + 1)];
  const parsed = /^\d/.test(recipe) ? semver.parse(recipe) : null;
  if (!parsed) return undefined;
  // `v1.6.870-2`: a build's number counts too. Other endings (`-alpine`, `-p9`) could only be ordered as text.
  const numbered = /^[^-]*-\d+$/.test(app) ? semver.coerce(app, { includePrerelease: true }) : null;
  return { text, recipe: parsed, app, appVersion: numbered ?? semver.coerce(app) ?? undefined };
}

/** Recipe semver first, then the app's version; apps that don't parse come first among equals. */
export function compareVersions(a: RecipeVersion, b: RecipeVersion): number {
  const byRecipe = a.recipe.compare(b.recipe);
  if (byRecipe !== 0) return byRecipe;
  if (a.appVersion && b.appVersion) return a.appVersion.compare(b.appVersion);
  return Number(Boolean(a.appVersion)) - Number(Boolean(b.appVersion));
}
