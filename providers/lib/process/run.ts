// Runs another program: one result shape, and one error that carries the program's own output.
import type { Options, Subprocess } from "execa";
import { monotonicNow } from "../time/index.ts";
import { GRACE, withLimit } from "./limit.ts";
import { isAbsent, withLowPriority } from "./priority.ts";

/** What a finished program printed, and its exit code: null when a signal ended it or it never started. */
export interface Result {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number | null;
}

export interface RunOptions {
  /** Default: this process's. */
  readonly cwd?: string;
  /** Added to this process's environment; undefined unsets a variable. */
  readonly env?: Record<string, string | undefined>;
  /** Text for its standard input: pass secrets here, never in argv. Default: no input. */
  readonly input?: string;
  /** Milliseconds until it and all that it started get SIGTERM; SIGKILL follows 5 s later. Default: no limit. */
  readonly timeout?: number;
  /** A descriptor that the program inherits: a lock on it is held until its last holder closes it. */
  readonly inherit?: number | undefined;
  /** Whether the program gets a lower CPU priority than this process. Default: no. */
  readonly yieldsCpu?: boolean;
}

export type ProgramErrorKind = "not found" | "timed out" | "failed";

/** A program couldn't be started, was ended by a signal, or didn't exit 0. */
export class ProgramError extends Error {
  override readonly name = "ProgramError";
  readonly kind: ProgramErrorKind;
  readonly program: string;
  readonly result: Result;

  /** `what` is verb and noun ("list services"). */
  constructor(program: string, what: string, kind: ProgramErrorKind, result: Result, cause?: unknown) {
    super(`${program}: ${what}: ${describe(kind, result)}`, { cause });
    this.kind = kind;
    this.program = program;
    this.result = result;
  }
}

/**
 * Runs `program` with `argv` and returns what it printed, without the final newline.
 * `what` is verb and noun for the error ("list services"); argv is never printed.
 * Throws ProgramError unless it exits 0.
 */
export async function run(
  program: string,
  argv: readonly string[],
  what: string,
  options: RunOptions = {},
): Promise<Result> {
  // Loaded with the first program: a process that runs none doesn't pay for execa's hundred files.
  const { execa } = await import("execa");
  const start = monotonicNow();
  const child = execa(...commandOf(program, argv, options), settingsOf(options));
  const stopReading = options.timeout === undefined ? undefined : closeAfter(child, options.timeout);
  const done = await child.finally(() => clearTimeout(stopReading));
  const isOverdue = done.failed && monotonicNow() - start >= (options.timeout ?? Infinity);
  const result: Result = {
    stdout: String(done.stdout ?? ""),
    stderr: String(done.stderr ?? ""),
    exitCode: isOverdue ? null : (done.exitCode ?? null),
  };
  if (!done.failed) return result;
  if (isAbsent(result.exitCode, result.stderr))
    throw new ProgramError(program, what, "not found", { stdout: "", stderr: "", exitCode: null });
  throw new ProgramError(program, what, isOverdue ? "timed out" : kindOf(done), result, done.cause);
}

function commandOf(program: string, argv: readonly string[], { timeout, yieldsCpu }: RunOptions) {
  const command = yieldsCpu ? withLowPriority(program, argv) : ([program, argv] as const);
  return timeout === undefined ? command : withLimit(timeout, command);
}

/** A process that left the program's group may keep its output open for ever. */
function closeAfter({ stdout, stderr }: Pick<Subprocess, "stdout" | "stderr">, limit: number): NodeJS.Timeout {
  const close = () => [stdout, stderr].forEach(stream => stream?.destroy());
  return setTimeout(close, limit + (GRACE + 2) * 1000);
}

/** By execa's defaults the program also gets SIGTERM when this process exits. */
function settingsOf({ cwd, env, input, inherit }: RunOptions) {
  return {
    reject: false,
    // execa's types number descriptors up to 9; it accepts any.
    stdio: [input === undefined ? "ignore" : "pipe", "pipe", "pipe", ...(inherit === undefined ? [] : [inherit as 3])],
    ...(input === undefined ? {} : { input }),
    ...(cwd === undefined ? {} : { cwd }),
    ...(env === undefined ? {} : { env }),
  } as const satisfies Options;
}

function kindOf({ code }: { code?: string | undefined }): ProgramErrorKind {
  return code === "ENOENT" ? "not found" : "failed";
}

function describe(kind: ProgramErrorKind, { stdout, stderr, exitCode }: Result): string {
  if (kind === "not found") return "no such program on PATH";
  const output = [stderr, stdout]
    .map(text => text.trim())
    .filter(Boolean)
    .join("\n");
  const end = endOf(kind, exitCode);
  return output === "" ? end : `${end}: ${output}`;
}

function endOf(kind: ProgramErrorKind, exitCode: number | null): string {
  if (kind === "timed out") return "timed out";
  return exitCode === null ? "ended by a signal" : `exit ${exitCode}`;
}
