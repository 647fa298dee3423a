// A recipe's clone: fetches, checks out and lints it.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import semver from "semver";
import { parse } from "yaml";
import { fatal } from "./fatal.ts";
import { recipesDir, root } from "./folder.ts";
import { call, git, lines } from "./programs.ts";

export const cloneOf = (recipe: string): string => join(recipesDir, recipe);

async function isCloned(recipe: string): Promise<boolean> {
  return readFile(join(cloneOf(recipe), ".git", "HEAD")).then(
    () => true,
    () => false,
  );
}

/** Clones the recipe from its URL in the catalogue, or updates the clone and its tags. */
export async function fetchRecipe(recipe: string): Promise<void> {
  if (await isCloned(recipe)) {
    await git(cloneOf(recipe), "fetch", "--quiet", "--tags", "--force", "origin");
    return;
  }
  const catalogue = JSON.parse(
    await readFile(join(root, "catalogue", "recipes.json"), "utf8").catch(() => "{}"),
  ) as Record<string, { repository?: string }>;
  const repository = catalogue[recipe]?.repository ?? fatal(`no recipe '${recipe}' in the catalogue`);
  await call("git", ["clone", "--quiet", repository, cloneOf(recipe)]);
}

export async function ensureRecipe(recipe: string, offline: boolean): Promise<void> {
  if (offline && !(await isCloned(recipe))) fatal(`no recipe '${recipe}' exists locally`);
  if (!offline) await fetchRecipe(recipe);
}

/** Release tags, oldest first: by the recipe's semver, then by the app's version. */
export async function versionsOf(recipe: string): Promise<string[]> {
  const tags = lines(await git(cloneOf(recipe), "tag")).filter(
    tag => tag.includes("+") && semver.valid(tag.split("+")[0]),
  );
  const app = (tag: string) => semver.coerce(tag.slice(tag.indexOf("+") + 1)) ?? new semver.SemVer("0.0.0");
  return tags.toSorted((a, b) => semver.compare(a.split("+")[0]!, b.split("+")[0]!) || app(a).compare(app(b)));
}

export async function refuseUnstaged(recipe: string): Promise<void> {
  if ((await git(cloneOf(recipe), "status", "--porcelain")) !== "") fatal(`${recipe} has locally unstaged changes?`);
}

/** Moves the clone to a tag or commit. */
export async function checkout(recipe: string, version: string): Promise<void> {
  const known = await git(cloneOf(recipe), "rev-parse", "--verify", "--quiet", `${version}^{commit}`).catch(() =>
    fatal(`${recipe} has no version ${version}`),
  );
  await git(cloneOf(recipe), "checkout", "--quiet", "--detach", known);
}

/** The commit, e.g. `abc12345`, with `+U` if the working tree has local changes. */
export async function chaosVersion(recipe: string): Promise<string> {
  const commit = await git(cloneOf(recipe), "rev-parse", "--short=8", "HEAD");
  return (await git(cloneOf(recipe), "status", "--porcelain")) === "" ? commit : `${commit}+U`;
}

/** Lint errors of the clone in its current state: rule and reason. */
export async function lint(recipe: string, composeFiles: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  const composeErrors = (await Promise.all(composeFiles.map(file => composeError(recipe, file)))).filter(Boolean);
  if (composeErrors.length > 0) found.push(`R009: valid compose config: ${composeErrors.join("; ")}`);
  const refs = lines(
    await git(cloneOf(recipe), "for-each-ref", "--format=%(objecttype) %(refname:strip=2)", "refs/tags"),
  );
  if (refs.some(ref => !ref.startsWith("tag "))) found.push("R014: only annotated tags used for recipe version");
  return found;
}

async function composeError(recipe: string, file: string): Promise<string | undefined> {
  const text = await readFile(join(cloneOf(recipe), file), "utf8").catch(() => undefined);
  if (text === undefined) return `${file} doesn't exist`;
  try {
    const compose = parse(text) as { services?: Record<string, { environment?: unknown }> } | null;
    if (!compose?.services) return `${file} has no services`;
    for (const [name, service] of Object.entries(compose.services)) {
      const values = Object.values((service.environment ?? {}) as Record<string, unknown>);
      if (values.some(value => typeof value === "object" && value !== null))
        return `services.${name}.environment must be a string, number or null`;
    }
    return undefined;
  } catch (error) {
    return `${file}: ${(error as Error).message.split("\n")[0]}`;
  }
}
