// Runs another program: one result shape, one error that carries the program's own words.
import type { ChildProcess } from "node:child_process";
import spawn, { SubprocessError, type Options } from "nano-spawn";

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
  /** Milliseconds after which it is told to end, and killed where it doesn't heed that. Default: none. */
  readonly timeout?: number;
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
export async function run(
  program: string,
  argv: readonly string[],
  what: string,
  options: RunOptions = {},
): Promise<Result> {
  const settings: Options = {
    // The types know the first three alone; node takes any.
    stdio: [
      options.input === undefined ? "ignore" : { string: options.input },
      "pipe",
      "pipe",
      ...(options.inherit === undefined ? [] : [options.inherit]),
    ] as never,
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    ...(options.env === undefined ? {} : { env: options.env }),
  };
  const running = spawn(program, argv, settings);
  const limit = options.timeout === undefined ? { passed: false } : limited(running.nodeChildProcess, options.timeout);
  try {
    const { stdout, stderr } = await running;
    return { stdout, stderr, exitCode: 0 };
  } catch (error) {
    if (!(error instanceof SubprocessError)) throw error;
    const { stdout, stderr, exitCode, cause } = error;
    const absent = (cause as NodeJS.ErrnoException | undefined)?.code === "ENOENT";
    const kind = limit.passed ? "timed out" : absent ? "not found" : "failed";
    throw new ProgramError(
      program,
      what,
      kind,
      { stdout, stderr, exitCode: absent ? null : (exitCode ?? null) },
      cause,
    );
  }
}

/** Milliseconds from the word to end until the kill. */
const GRACE = 5_000;

function limited(child: Promise<ChildProcess>, ms: number): { readonly passed: boolean } {
  const limit = { passed: false };
  const watch = (started: ChildProcess) => {
    const end = () => {
      limit.passed = true;
      started.kill();
    };
    const timers = [setTimeout(end, ms), setTimeout(() => started.kill("SIGKILL"), ms + GRACE)];
    started.once("close", () => timers.forEach(timer => clearTimeout(timer)));
  };
  // One that can't be started is told by the call itself.
  child.then(watch, () => undefined);
  return limit;
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
