// Runs another program: one result shape, one error that carries the program's own words.
import { execa, type Options } from "execa";

/** What a finished program left behind. `exitCode` is null when it was ended by a signal or never started. */
export interface Result {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number | null;
}

export interface RunOptions {
  readonly cwd?: string;
  /** Added to this process's environment. */
  readonly env?: Record<string, string | undefined>;
  /** Text for its standard input: the place for secrets, never argv. Default: no input. */
  readonly input?: string;
  /** Milliseconds after which it is ended. Default: none. */
  readonly timeout?: number;
  readonly signal?: AbortSignal;
  /** A descriptor that the program keeps open too: a lock on it lives as long as the longest of its holders. */
  readonly inherit?: number | undefined;
}

export type ProgramErrorKind = "not found" | "timed out" | "failed";

/** A program that couldn't be started, was ended, or exited not 0. */
export class ProgramError extends Error {
  override readonly name = "ProgramError";
  readonly kind: ProgramErrorKind;
  readonly program: string;
  readonly result: Result;

  constructor(program: string, what: string, kind: ProgramErrorKind, result: Result, cause?: unknown) {
    super(`${program}: ${what}: ${words(kind, result)}`, { cause });
    this.kind = kind;
    this.program = program;
    this.result = result;
  }
}

/**
 * Runs `program` with `argv` and gives back what it printed, final newline stripped.
 * `what` is verb and noun for the error ("list services"); argv itself is never printed.
 * Throws ProgramError unless it exits 0.
 */
export async function run(program: string, argv: readonly string[], what: string, options: RunOptions = {}): Promise<Result> {
  const settings: Options = {
    reject: false,
    // execa's types know descriptors up to 9 by number; it takes any.
    stdio: [options.input === undefined ? "ignore" : "pipe", "pipe", "pipe", ...(options.inherit === undefined ? [] : [options.inherit as 3])],
    ...(options.input === undefined ? {} : { input: options.input }),
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    ...(options.env === undefined ? {} : { env: options.env }),
    ...(options.timeout === undefined ? {} : { timeout: options.timeout }),
    ...(options.signal === undefined ? {} : { cancelSignal: options.signal }),
  };
  const done = await execa(program, argv, settings);
  const result: Result = {
    stdout: String(done.stdout ?? ""),
    stderr: String(done.stderr ?? ""),
    exitCode: done.exitCode ?? null,
  };
  if (!done.failed) return result;
  const kind = done.timedOut ? "timed out" : done.code === "ENOENT" ? "not found" : "failed";
  throw new ProgramError(program, what, kind, result, done.cause);
}

function words(kind: ProgramErrorKind, { stdout, stderr, exitCode }: Result): string {
  if (kind === "not found") return "no such program on PATH";
  const said = [stderr, stdout]
    .map(text => text.trim())
    .filter(Boolean)
    .join("\n");
  const how = kind === "timed out" ? "timed out" : exitCode === null ? "ended by a signal" : `exit ${exitCode}`;
  return said === "" ? how : `${how}: ${said}`;
}
