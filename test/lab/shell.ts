// Runs a step's commands and logs their output; errors contain the command, its last lines and the log's path.
import { execa } from "execa";
import { closeSync, mkdirSync, openSync, readFileSync, writeSync } from "node:fs";
import { dirname } from "node:path";

export class CommandError extends Error {
  override readonly name = "CommandError";
}

export interface ShellOptions {
  readonly cwd?: string;
  readonly env?: Record<string, string>;
  readonly input?: string;
}

/** Runs a command, logs its output and returns its stdout. Throws CommandError unless it exits with 0. */
export type Shell = (program: string, argv: readonly string[], options?: ShellOptions) => Promise<string>;

/** A shell that writes all output to `path`, which it truncates first. */
export function shellTo(path: string): Shell {
  mkdirSync(dirname(path), { recursive: true });
  closeSync(openSync(path, "w"));
  return async (program, argv, options = {}) => {
    const line = [program, ...argv].join(" ");
    const fd = openSync(path, "a");
    writeSync(fd, `$ ${line}\n`);
    try {
      const { cwd, env, input } = options;
      const done = await execa(program, argv, {
        reject: false,
        ...(cwd ? { cwd } : {}),
        ...(env ? { env } : {}),
        ...(input === undefined ? { stdin: "ignore" } : { input }),
        stdout: ["pipe", { file: path, append: true }],
        stderr: ["pipe", { file: path, append: true }],
      });
      if (!done.failed) return done.stdout;
      const reason = done.code === "ENOENT" ? "program not found" : `exit ${done.exitCode ?? done.signal}`;
      throw new CommandError(`${line}\n${reason}\n${tail(path, 15)}\nlog: ${path}`);
    } finally {
      closeSync(fd);
    }
  };
}

function tail(path: string, count: number): string {
  return readFileSync(path, "utf8")
    .trimEnd()
    .split("\n")
    .slice(-count)
    .map(line => `  | ${line}`)
    .join("\n");
}
