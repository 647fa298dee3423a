// git in a folder that is named, whatever repository this process was started in.
import { run } from "../lib/process/index.ts";

/** Set where hearth runs in a git hook; each would lead to another repository than the one that is meant. */
const elsewhere = [
  "GIT_DIR",
  "GIT_WORK_TREE",
  "GIT_INDEX_FILE",
  "GIT_OBJECT_DIRECTORY",
  "GIT_COMMON_DIR",
  "GIT_PREFIX",
  "GIT_NAMESPACE",
];

const quiet = {
  ...Object.fromEntries(elsewhere.map(name => [name, undefined])),
  LC_ALL: "C",
  GIT_TERMINAL_PROMPT: "0",
  GIT_OPTIONAL_LOCKS: "0",
};

/** What git printed; `what` is verb and noun for the error. Throws ProgramError. */
export async function git(
  folder: string,
  argv: readonly string[],
  what: string,
  env: Record<string, string> = {},
): Promise<string> {
  return (await run("git", ["-C", folder, ...argv], what, { env: { ...quiet, ...env }, timeout: 120_000 })).stdout;
}
