// Finds out whether a repository of hearth's survived a power failure, and saves what can be read of one that didn't.
import { readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ignoreAbsent } from "../fs/index.ts";
import { durably, gitIn, type Repository } from "../git/index.ts";
import { ProgramError } from "../process/index.ts";
import { refNames } from "./refs.ts";

/** Milliseconds: reading every object of a large recipe takes longer than lib/git's default. */
const timeout = 120_000;

/** Why the repository can't be read, in git's own words; undefined if every object that a ref needs is intact. */
export async function damageOf(repository: Repository): Promise<string | undefined> {
  const argv = ["rev-list", "--quiet", "--verify-objects", "--all"];
  return failureOf(gitIn(repository, argv, "verify the objects", { timeout }));
}

/** As `damageOf`, also of objects that no ref needs: an interrupted fetch leaves some, and git never replaces them. */
export async function anyDamageOf(repository: Repository): Promise<string | undefined> {
  const argv = ["fsck", "--no-progress", "--no-dangling"];
  return (await damageOf(repository)) ?? failureOf(gitIn(repository, argv, "verify the objects", { timeout }));
}

async function failureOf(check: Promise<unknown>): Promise<string | undefined> {
  try {
    await check;
    return undefined;
  } catch (error) {
    if (!(error instanceof ProgramError) || error.kind !== "failed") throw error;
    return error.result.stderr.split("\n")[0] || error.message.split("\n")[0];
  }
}

/**
 * Copies every tag of the git directory `from` into `into`, one by one if need be. Returns the names of those that
 * can't be read. Tags of `into` with other names stay.
 */
export async function salvageTags(into: Repository, from: string): Promise<string[]> {
  await repairHead(from);
  const names = await refNames(from, ["refs/tags"]).catch(() => []);
  const isWhole = (await damageOf({ gitDir: from })) === undefined;
  if (isWhole && (await fetched(into, from, "refs/tags/*"))) return [];
  const lost: string[] = [];
  for (const ref of names) if (!(await fetched(into, from, ref))) lost.push(ref.slice("refs/tags/".length));
  return lost;
}

/** Removes empty objects: a power failure leaves them, and git takes each for the object and never writes it again. */
export async function dropEmptyObjects(gitDir: string): Promise<void> {
  const folder = join(gitDir, "objects");
  for (const name of (await readdir(folder).catch(ignoreAbsent)) ?? []) {
    if (!/^[0-9a-f]{2}$/.test(name)) continue;
    for (const object of await readdir(join(folder, name))) {
      const path = join(folder, name, object);
      if ((await stat(path)).size === 0) await rm(path, { force: true });
    }
  }
}

/** Without a HEAD git reads nothing of a repository, whose tags don't depend on it. */
async function repairHead(gitDir: string): Promise<void> {
  const file = join(gitDir, "HEAD");
  const isWhole = /^(ref: refs\/|[0-9a-f]{40})/.test(await readFile(file, "utf8").catch(() => ""));
  if (!isWhole) await writeFile(file, "ref: refs/heads/main\n").catch(() => undefined);
}

async function fetched(into: Repository, from: string, ref: string): Promise<boolean> {
  const argv = [...durably, "fetch", "--quiet", "--force", "--no-auto-gc", "--no-tags", "--", from, `+${ref}:${ref}`];
  return gitIn(into, argv, `copy ${ref}`, { timeout }).then(
    () => true,
    () => false,
  );
}
