// Creates an upstream git repository per recipe, with its first release. Specs and the demo add releases.
import { cp, mkdir, readFile, readdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { releaseEdits, type Kind } from "./releases.ts";
import { exists } from "./host.ts";
import { at, project } from "./paths.ts";
import type { Step } from "./steps.ts";

const sources = join(project, "test/lab/recipes");

/** Each of the lab's recipes with the first version in its upstream. */
export const firstRelease: Record<string, string> = {
  keycloak: "10.7.1+26.4.0",
  traefik: "3.6.0+v3.6.7",
  "custom-html": "1.0.0+1.22",
  docs: "0.3.0+1.22",
  miniflux: "1.0.0+2.2.19",
  plain: "0.1.0+1.22",
};

export interface Release {
  readonly version: string;
  /** Its defect. Default: none. */
  readonly kind?: Kind;
  /** Text of `release/<version>`, Co-op Cloud's notes for releases that need manual action. Default: none. */
  readonly notes?: string;
  /** Creates a lightweight tag, which abra rejects (R014). Default: annotated. */
  readonly lightweight?: boolean;
}

export function upstreamOf(recipe: string): string {
  return join(at.upstream, recipe);
}

async function git(cwd: string, argv: readonly string[]): Promise<string> {
  const when = `${Math.floor(longAgo.getTime() / 1000)} +0000`;
  const who = {
    GIT_AUTHOR_NAME: "lab",
    GIT_AUTHOR_EMAIL: "lab@hearth.test",
    GIT_COMMITTER_NAME: "lab",
    GIT_COMMITTER_EMAIL: "lab@hearth.test",
  };
  const env = { ...who, GIT_AUTHOR_DATE: when, GIT_COMMITTER_DATE: when, GIT_CONFIG_GLOBAL: "/dev/null" };
  return (await execa("git", argv, { cwd, env })).stdout;
}

/** Fixed, so that a recreated release is the same commit. */
const longAgo = new Date("2026-01-05T03:00:00Z");

/** Releases a version of `recipe` upstream, unless it exists. */
export async function release(
  recipe: string,
  { version, kind = "good", notes, lightweight = false }: Release,
  root = at.upstream,
): Promise<void> {
  const folder = join(root, recipe);
  if ((await versionsOf(recipe, root)).includes(version)) return;
  for (const [file, edit] of releaseEdits(recipe, version, kind))
    await writeFile(join(folder, file), edit(await readFile(join(folder, file), "utf8")));
  if (notes !== undefined) {
    await mkdir(join(folder, "release"), { recursive: true });
    await writeFile(join(folder, "release", version), notes);
  }
  await git(folder, ["add", "--all"]);
  await git(folder, ["commit", "--quiet", "--allow-empty", "-m", `release ${version}`]);
  await git(folder, lightweight ? ["tag", version] : ["tag", "--annotate", "-m", version, version]);
  // A defect stays on its tag: the next release starts from the last good one.
  if (kind !== "good") await git(folder, ["reset", "--quiet", "--hard", "HEAD~1"]);
}

/** The upstream's tags, in no particular order. */
export async function versionsOf(recipe: string, root = at.upstream): Promise<string[]> {
  return (await execa("git", ["tag"], { cwd: join(root, recipe) })).stdout.split("\n").filter(Boolean);
}

/** Recreates `recipe`'s upstream with only its first release. */
export async function resetUpstream(recipe: string, root = at.upstream): Promise<void> {
  const folder = join(root, recipe);
  const work = `${folder}.new`;
  await rm(work, { recursive: true, force: true });
  await cp(join(sources, recipe), work, { recursive: true });
  await git(work, ["init", "--quiet", "--initial-branch=main"]);
  await git(work, ["add", "--all"]);
  await git(work, ["commit", "--quiet", "-m", "recipe"]);
  const version = firstRelease[recipe];
  if (!version)
    throw new Error(
      `reset upstream: recipe ${recipe} not found in the lab; expected one of ${Object.keys(firstRelease).join(", ")}`,
    );
  await git(work, ["tag", "--annotate", "-m", version, version]);
  await rm(folder, { recursive: true, force: true });
  await rename(work, folder);
}

/** abra's catalogue: where each recipe's upstream is. */
export async function writeCatalogue(): Promise<void> {
  const entries = Object.keys(firstRelease).map(recipe => [
    recipe,
    { name: recipe, repository: `file://${upstreamOf(recipe)}` },
  ]);
  await mkdir(join(at.abra, "catalogue"), { recursive: true });
  await writeFile(
    join(at.abra, "catalogue", "recipes.json"),
    `${JSON.stringify(Object.fromEntries(entries), null, 2)}\n`,
  );
}

async function sourcesKey(): Promise<string> {
  const files = (await readdir(sources, { recursive: true, withFileTypes: true })).filter(file => file.isFile());
  const texts = await Promise.all(
    files.map(async file => [file.name, await readFile(join(file.parentPath, file.name), "utf8")]),
  );
  return JSON.stringify(texts.toSorted());
}

const keyFile = join(at.upstream, ".key");

export const recipes: Step = {
  name: "recipes",
  after: ["packages", "outdated lab"],
  ready: async () =>
    (await exists(join(at.abra, "catalogue", "recipes.json"))) &&
    (await readFile(keyFile, "utf8").catch(() => "")) === (await sourcesKey()),
  run: async () => {
    await mkdir(at.upstream, { recursive: true });
    for (const recipe of Object.keys(firstRelease)) await resetUpstream(recipe);
    await writeCatalogue();
    await writeFile(keyFile, await sourcesKey());
  },
};
