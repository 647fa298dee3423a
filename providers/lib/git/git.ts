// Runs git, whatever repository this process was started from.
import { dirname, join, resolve } from "node:path";
import { run, type RunOptions } from "../process/index.ts";
import { gitEnv } from "./env.ts";

type Options = Pick<RunOptions, "input" | "inherit" | "timeout" | "env">;

/** A repository, and its working tree if it has one. git then searches for neither. */
export interface Repository {
  readonly gitDir: string;
  readonly workTree?: string;
  /** A folder of the working tree that git prints paths from. Default: the working tree. */
  readonly folder?: string;
}

/** hearth's own clone: its repository is named, or a damaged one would make git change the repository around it. */
export function cloneAt(workTree: string): Repository {
  return { gitDir: join(workTree, ".git"), workTree };
}

/**
 * Put before a command that writes what must survive a power failure: objects and refs are synced. Not for the clone of
 * a run, which starts sooner without.
 */
export const durably = ["-c", "core.fsync=committed,reference"];

/**
 * Returns what git prints in `folder`. Finds no repository above it. Put `--` before every name in `argv`. `what` is
 * verb and noun for the error. `env` is added to git's environment. `timeout` is in milliseconds; default: 60,000.
 * Throws ProgramError.
 */
export async function git(
  folder: string,
  argv: readonly string[],
  what: string,
  { env, ...options }: Options = {},
): Promise<string> {
  const above = { GIT_CEILING_DIRECTORIES: dirname(resolve(folder)) };
  const settings = { timeout: 60_000, yieldsCpu: true, ...options, env: { ...gitEnv, ...above, ...env } };
  return (await run("git", ["-C", folder, ...argv], what, settings)).stdout;
}

/** Returns what git prints for `repository`. Otherwise as `git`. */
export function gitIn(
  { gitDir, workTree, folder = workTree ?? gitDir }: Repository,
  argv: readonly string[],
  what: string,
  options: Options = {},
): Promise<string> {
  const place = [
    `--git-dir=${resolve(gitDir)}`,
    ...(workTree === undefined ? [] : [`--work-tree=${resolve(workTree)}`]),
  ];
  return git(folder, [...place, ...argv], what, options);
}
