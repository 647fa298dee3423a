// git in one repository.
import { run, type RunOptions } from "../process/index.ts";
import { quietGit } from "./objects.ts";

/** A collection that git starts stays in the foreground: it would hold the mirror's lock, and nobody would know why. */
const foreground = ["-c", "gc.autoDetach=false", "-c", "maintenance.autoDetach=false"];

/** What git prints in `folder`; `what` is verb and noun. Throws ProgramError. */
export async function git(
  folder: string,
  argv: readonly string[],
  what: string,
  options: Pick<RunOptions, "input" | "inherit"> = {},
): Promise<string> {
  return (
    await run("git", ["-C", folder, ...foreground, ...argv], what, { env: quietGit, timeout: 60_000, ...options })
  ).stdout;
}
