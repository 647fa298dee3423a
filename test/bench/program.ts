// Runs a program to completion, detached from the terminal's Ctrl-C, so that the bench can clean up afterwards.
import { execa } from "execa";

export interface ProgramOptions {
  readonly cwd?: string;
  readonly env?: Record<string, string>;
}

/** Output of a finished program. */
export interface ProgramOutput {
  readonly stdout: string;
  readonly stderr: string;
}

/** Like `runProgramWithOutput`, but returns only stdout. */
export async function runProgram(
  name: string,
  argv: readonly string[],
  what: string,
  options?: ProgramOptions,
): Promise<string> {
  return (await runProgramWithOutput(name, argv, what, options)).stdout;
}

/** `what` is verb and noun for the error, which never contains argv. Throws unless the program exits with 0. */
export async function runProgramWithOutput(
  name: string,
  argv: readonly string[],
  what: string,
  options: ProgramOptions = {},
): Promise<ProgramOutput> {
  const done = await execa(name, argv, { ...options, stdin: "ignore", reject: false, all: true, detached: true });
  if (!done.failed) return { stdout: done.stdout, stderr: done.stderr };
  throw new Error(`${what}: ${name} exited with ${done.exitCode ?? done.signal ?? done.code}: ${done.all}`, {
    cause: done.cause,
  });
}
