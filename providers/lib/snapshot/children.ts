// Runs a program in its own process group, so that an abort ends it with everything that it started.
import { spawn, type StdioOptions } from "node:child_process";
import type { Readable } from "node:stream";
import { ProgramError } from "../process/index.ts";

export interface ChildOptions {
  /** A descriptor that every child inherits: the app's lock stays held as long as anything writes. */
  readonly inherit?: number | undefined;
  /** Kills the children and fails with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** How a program ended. `exitCode` is null when a signal ended it. */
interface GroupResult {
  readonly exitCode: number | null;
  /** Text printed on the descriptors 1, 2 and 3. */
  readonly output: readonly [string, string, string];
}

/**
 * Runs `program` and returns its stderr. `what` is verb and noun for the error, as in `run`. Throws ProgramError unless
 * it exits 0.
 */
export async function runGroup(
  program: string,
  argv: readonly string[],
  what: string,
  options: ChildOptions,
): Promise<string> {
  const { exitCode, output } = await groupResult(program, argv, what, options);
  const [stdout, stderr] = output;
  if (exitCode !== 0) throw new ProgramError(program, what, "failed", { stdout, stderr, exitCode });
  return stderr.trim();
}

/** Runs `program` and returns how it ended, whatever its exit code. Throws ProgramError if it can't be started. */
export async function groupResult(
  program: string,
  argv: readonly string[],
  what: string,
  { inherit, signal }: ChildOptions,
): Promise<GroupResult> {
  signal?.throwIfAborted();
  const stdio: StdioOptions = ["ignore", "pipe", "pipe", "pipe", ...(inherit === undefined ? [] : [inherit])];
  // Variables like TAR_OPTIONS and ZSTD_CLEVEL would change the archive; messages are matched in English.
  const child = spawn(program, argv, { stdio, detached: true, env: { PATH: process.env["PATH"], LC_ALL: "C" } });
  const output: [string, string, string] = ["", "", ""];
  for (const at of [0, 1, 2] as const)
    (child.stdio[at + 1] as Readable | null)?.on("data", chunk => (output[at] = shortened(output[at] + String(chunk))));
  const kill = () => killGroup(child.pid);
  signal?.addEventListener("abort", kill);
  try {
    const exitCode = await new Promise<number | null>((resolve, reject) => {
      child.once("error", error => {
        const kind = codeOf(error) === "ENOENT" ? "not found" : "failed";
        reject(new ProgramError(program, what, kind, { stdout: "", stderr: "", exitCode: null }, error));
      });
      // `close`, not `exit`: by then its own children have closed the pipes too.
      child.once("close", resolve);
    });
    signal?.throwIfAborted();
    return { exitCode, output };
  } finally {
    signal?.removeEventListener("abort", kill);
  }
}

/** Whether `error`, from a program or a system call, means that a disk or a quota is full. */
export function isNoSpace(error: unknown): boolean {
  if (error instanceof ProgramError) return /No space left on device|Disk quota exceeded/.test(error.result.stderr);
  return ["ENOSPC", "EDQUOT"].includes(codeOf(error));
}

// tar prints a line per file: the first and the last lines are enough.
function shortened(text: string): string {
  return text.length > 16_384 ? `${text.slice(0, 8_192)}\n${text.slice(-4_096)}` : text;
}

function killGroup(group: number | undefined): void {
  if (group === undefined) return;
  try {
    process.kill(-group, "SIGKILL");
  } catch (error) {
    // The group has already ended.
    if (codeOf(error) !== "ESRCH") throw error;
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}
