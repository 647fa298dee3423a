// Clones a mirror, for the first time or in place of one that can't be read any more.
import { mkdir, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { syncPath } from "../fs/index.ts";
import { closeReader, durably, git } from "../git/index.ts";
import { ProgramError } from "../process/index.ts";
import type { Log } from "../text.ts";
import { salvageTags } from "./damage.ts";
import { exists } from "./upstream.ts";

/** What a writer of the mirror `path` knows; it holds the mirror's lock. */
export interface Writing {
  readonly path: string;
  readonly upstream: string;
  readonly recipe: string;
  /** Descriptor of the mirror's lock. */
  readonly lock: number;
  readonly log: Log;
}

/** Clones upstream to `path`: the mirror is complete and on the disk, or absent. Throws ProgramError. */
export async function cloneBare(writing: Writing): Promise<void> {
  const work = `${writing.path}.new`;
  try {
    await cloneTo(work, writing);
    await moveTo(work, writing.path);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/**
 * Clones the mirror anew if there is `damage`, with each tag that can be read as the old one has it. Returns whether it
 * did; not if upstream can't be reached.
 */
export async function replaceIfDamaged(writing: Writing, damage: string | undefined): Promise<boolean> {
  if (damage === undefined) return false;
  const { path, recipe, log } = writing;
  const work = `${path}.new`;
  try {
    await cloneTo(work, writing);
    const lost = await salvageTags({ gitDir: work }, path);
    closeReader(path);
    await rename(path, oldOf(path));
    await moveTo(work, path);
    await rm(oldOf(path), { recursive: true, force: true });
    const suffix = lost.length === 0 ? "" : `; not readable in the old one: ${lost.join(", ")}`;
    log(`${recipe}: mirror damaged (${damage}): cloned anew${suffix}`);
    return true;
  } catch (error) {
    if (!(error instanceof ProgramError)) throw error;
    return false;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** Ends a replacement that a kill interrupted between its two renames. */
export async function finishReplacing(path: string): Promise<void> {
  if (!(await exists(path)) && (await exists(oldOf(path)))) await rename(oldOf(path), path);
  await rm(oldOf(path), { recursive: true, force: true });
}

function oldOf(path: string): string {
  return `${path}.old`;
}

async function cloneTo(work: string, { upstream, recipe, lock }: Writing): Promise<void> {
  await mkdir(dirname(work), { recursive: true, mode: 0o700 });
  await rm(work, { recursive: true, force: true });
  const argv = [...durably, "clone", "--quiet", "--bare", "--template=", "--", upstream, work];
  await git(dirname(work), argv, `clone recipe ${recipe}`, { timeout: 120_000, inherit: lock });
}

/** git doesn't sync HEAD and the configuration. */
async function moveTo(work: string, path: string): Promise<void> {
  for (const name of ["HEAD", "config", "."]) await syncPath(join(work, name));
  await rename(work, path);
  await syncPath(dirname(path));
}
