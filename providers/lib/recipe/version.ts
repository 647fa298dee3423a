// Parses and compares a recipe's versions, `<recipe semver>+<app version>`.
import semver from "semver";
import { isCommit } from "./appVersion.ts";

export interface RecipeVersion {
  readonly text: string;
  readonly recipe: semver.SemVer;
  /** The text after `+`; may be empty. */
  readonly app: string;
  /** undefined if `app` can't be parsed. */
  readonly appVersion: semver.SemVer | undefined;
}

/** undefined for a text that isn't a recipe version (`v1`, `main`, `1.2`). */
export function parseVersion(text: string): RecipeVersion | undefined {
  const plus = text.indexOf("+");
  const [recipe, app] = plus < 0 ? [text, ""] : [text.slice(0, plus), text.slice(plus + 1)];
  const parsed = /^\d/.test(recipe) ? semver.parse(recipe) : null;
  if (!parsed) return undefined;
  // It may begin with digits.
  if (isCommit(app)) return { text, recipe: parsed, app, appVersion: undefined };
  // The build number of `v1.6.870-2` counts too. Other suffixes (`-alpine`, `-p9`) have no defined order.
  const numbered = /^[^-]*-\d+$/.test(app) ? semver.coerce(app, { includePrerelease: true }) : null;
  return { text, recipe: parsed, app, appVersion: numbered ?? semver.coerce(app) ?? undefined };
}

/** Compares the recipe's semver, then the app's version; an app version that can't be parsed comes first. */
export function compareVersions(a: RecipeVersion, b: RecipeVersion): number {
  const byRecipe = a.recipe.compare(b.recipe);
  if (byRecipe !== 0) return byRecipe;
  if (a.appVersion && b.appVersion) return a.appVersion.compare(b.appVersion);
  return Number(Boolean(a.appVersion)) - Number(Boolean(b.appVersion));
}
