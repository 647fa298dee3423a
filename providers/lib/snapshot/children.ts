// Runs a program with all that it starts itself: called off, none of them is left.
import { spawn, type StdioOptions } from "node:child_process";
import type { Readable } from "node:stream";
import { ProgramError } from "../process/index.ts";

export interface ChildOptions {
  /** A descriptor that every child keeps open too: the app's lock lives as long as anything that writes. */
  readonly inherit?: number | undefined;
  /** Ends the children and fails with its reason. */
  readonly signal?: AbortSignal | undefined;
}

/** How a program ended. `exitCode` is null when a signal ended it. */
export interface GroupResult {
  readonly exitCode: number | null;
  /** What was said on the descriptors 1, 2 and 3. */
  readonly output: readonly [string, string, string];
}

/** Runs it and gives back what it said on stderr. `what` is verb and noun for the error, as in `run`. Throws ProgramError unless it exits 0. */
export async function runGroup(
  program: string,
  argv: readonly string[],
  what: string,
  options: ChildOptions,
): Promise<string> {
  const { exitCode, output: said } = await groupResult(program, argv, what, options);
  const [stdout, stderr] = said;
  if (exitCode !== 0) throw new ProgramError(program, what, "failed", { stdout, stderr, exitCode });
  return stderr.trim();
}

/** The same, however it exits. Throws ProgramError where it can't be started. */
export async function groupResult(
  program: string,
  argv: readonly string[],
  what: string,
  { inherit, signal }: ChildOptions,
): Promise<GroupResult> {
  signal?.throwIfAborted();
  const stdio: StdioOptions = ["ignore", "pipe", "pipe", "pipe", ...(inherit === undefined ? [] : [inherit])];
  // Options from outside (TAR_OPTIONS, ZSTD_CLEVEL) would change the archive; messages are matched in English.
  const child = spawn(program, argv, { stdio, detached: true, env: { PATH: process.env["PATH"], LC_ALL: "C" } });
  const said: [string, string, string] = ["", "", ""];
  for (const at of [0, 1, 2] as const)
    (child.stdio[at + 1] as Readable | null)?.on("data", chunk => (said[at] = shortened(said[at] + String(chunk))));
  const end = () => endGroup(child.pid);
  signal?.addEventListener("abort", end);
  try {
    const exitCode = await new Promise<number | null>((resolve, reject) => {
      child.once("error", error => {
        const kind = codeOf(error) === "ENOENT" ? "not found" : "failed";
        reject(new ProgramError(program, what, kind, { stdout: "", stderr: "", exitCode: null }, error));
      });
      // Not only when it exits: also what it started has let go of the pipes by then.
      child.once("close", resolve);
    });
    signal?.throwIfAborted();
    return { exitCode, output: said };
  } finally {
    signal?.removeEventListener("abort", end);
  }
}

/** Whether `error`, from a program or a call of our own, says that a disk or a quota is full. */
export function isNoSpace(error: unknown): boolean {
  if (error instanceof ProgramError) return /No space left on device|Disk quota exceeded/.test(error.result.stderr);
  return ["ENOSPC", "EDQUOT"].includes(codeOf(error));
}

// tar says one line per file: the first and the last are enough.
function shortened(text: string): string {
  return text.length > 16_384 ? `${text.slice(0, 8_192)}\n${text.slice(-4_096)}` : text;
}

function endGroup(group: number | undefined): void {
  if (group === undefined) return;
  try {
    process.kill(-group, "SIGKILL");
  } catch (error) {
    // They have ended by themselves.
    if (codeOf(error) !== "ESRCH") throw error;
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}
