// Runs git in one folder, whatever repository this process was started from.
import { run, type RunOptions } from "../process/index.ts";
import { gitEnv } from "./env.ts";

/** Keeps garbage collection in the foreground: a detached one would hold the mirror's lock after git exits. */
const foreground = ["-c", "gc.autoDetach=false", "-c", "maintenance.autoDetach=false"];

/**
 * Returns what git prints in `folder`. `what` is verb and noun for the error. `env` is added to git's environment.
 * `timeout` is in milliseconds; default: 60,000. Throws ProgramError.
 */
export async function git(
  folder: string,
  argv: readonly string[],
  what: string,
  { env, ...options }: Pick<RunOptions, "input" | "inherit" | "timeout" | "env"> = {},
): Promise<string> {
  const settings = { timeout: 60_000, yieldsCpu: true, ...options, env: { ...gitEnv, ...env } };
  return (await run("git", ["-C", folder, ...foreground, ...argv], what, settings)).stdout;
}
