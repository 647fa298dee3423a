// Runs a measured program to its end in its own process group: Ctrl-C doesn't reach it, so that it can be cleaned up.
import { execa } from "execa";

export interface Settings {
  readonly cwd?: string;
  readonly env?: Record<string, string>;
}

/** What a finished program printed. */
export interface Printed {
  readonly stdout: string;
  readonly stderr: string;
}

/** Returns its stdout; otherwise like `printed`. */
export async function program(
  name: string,
  argv: readonly string[],
  what: string,
  settings?: Settings,
): Promise<string> {
  return (await printed(name, argv, what, settings)).stdout;
}

/** `what` is verb and noun for the error; argv is never printed. Throws unless it exits 0. */
export async function printed(
  name: string,
  argv: readonly string[],
  what: string,
  settings: Settings = {},
): Promise<Printed> {
  const done = await execa(name, argv, { ...settings, stdin: "ignore", reject: false, all: true, detached: true });
  if (!done.failed) return { stdout: done.stdout, stderr: done.stderr };
  throw new Error(`${what}: ${name} ended with ${done.exitCode ?? done.signal ?? done.code}: ${done.all}`, {
    cause: done.cause,
  });
}
