// Children joined by pipes: all succeed, or all are ended and the one to blame is named in its own words.
import { spawn, type ChildProcess, type StdioOptions } from "node:child_process";
import { PassThrough, pipeline, type Readable, type Writable } from "node:stream";
import { ProgramError } from "../program/run.ts";

export interface ChildOptions {
  /** A descriptor that every child keeps open too: the app's lock lives as long as anything that writes. */
  readonly inherit?: number | undefined;
  /** Ends the children and fails with its reason. */
  readonly signal?: AbortSignal | undefined;
}

/** A child that is read from. `done` resolves to what it said on stderr, or rejects with ProgramError unless it exits 0. */
export interface Source {
  readonly out: Readable;
  readonly done: Promise<string>;
}

/** A child that is written to. `done` as above. */
export interface Sink {
  readonly in: Writable;
  readonly done: Promise<string>;
}

/** Starts children; `what` is verb and noun for the error, as in `run`. `out` is an open descriptor for a sink's stdout. */
export interface Start {
  source(program: string, argv: readonly string[], what: string): Source;
  sink(program: string, argv: readonly string[], what: string, out?: number): Sink;
}

/**
 * Runs `work` with children started along the pipe, first to last; when it ends, well or not, none of them is left.
 * Where several fail, the last one that wasn't ended from here is to blame: the ones before it only met a closed pipe.
 * So a `work` must not end a sink's input before the source has ended well.
 */
export async function withChildren<T>({ inherit, signal }: ChildOptions, work: (start: Start) => Promise<T>): Promise<T> {
  signal?.throwIfAborted();
  const children: Child[] = [];
  const launch = (program: string, argv: readonly string[], what: string, stdio: (number | "pipe" | "ignore")[]) => {
    const all: StdioOptions = inherit === undefined ? stdio : [...stdio, inherit];
    const child = begin(program, argv, what, all);
    children.push(child);
    return child;
  };
  const end = () => children.forEach(kill);
  signal?.addEventListener("abort", end);
  try {
    return await work({
      source(program, argv, what) {
        const child = launch(program, argv, what, ["ignore", "pipe", "pipe"]);
        return { out: kept(child.process.stdout!), done: child.done };
      },
      sink(program, argv, what, out) {
        const child = launch(program, argv, what, ["pipe", out ?? "ignore", "pipe"]);
        return { in: child.process.stdin!, done: child.done };
      },
    });
  } catch (error) {
    end();
    const ends = await Promise.allSettled(children.map(child => child.done));
    signal?.throwIfAborted();
    if (!(error instanceof ProgramError) && !isBrokenPipe(error)) throw error;
    const failures = ends.map(ended => (ended.status === "rejected" ? (ended.reason as ProgramError) : undefined));
    // One that was exiting already when it was to be ended has an exit code all the same.
    throw failures.findLast((failure, index) => failure && (failure.result.exitCode !== null || !children[index]!.ended)) ?? error;
  } finally {
    signal?.removeEventListener("abort", end);
    end();
    await Promise.allSettled(children.map(child => child.done));
  }
}

/** Whether `error`, from a program or a call of our own, says that a disk or a quota is full. */
export function isNoSpace(error: unknown): boolean {
  if (error instanceof ProgramError) return /No space left on device|Disk quota exceeded/.test(error.result.stderr);
  return ["ENOSPC", "EDQUOT"].includes(codeOf(error));
}

interface Child {
  readonly process: ChildProcess;
  readonly done: Promise<string>;
  /** Whether it was to be ended from here. */
  ended: boolean;
}

function begin(program: string, argv: readonly string[], what: string, stdio: StdioOptions): Child {
  // Options from outside (TAR_OPTIONS, ZSTD_CLEVEL) would change the archive; messages are matched in English.
  const child = spawn(program, argv, { stdio, env: { PATH: process.env["PATH"], LC_ALL: "C" } });
  let stderr = "";
  // tar says one line per file: the first ones are enough.
  child.stderr?.on("data", chunk => (stderr = (stderr + String(chunk)).slice(0, 8_192)));
  // A closed pipe shows in the exit of who closed it.
  child.stdin?.on("error", () => undefined);
  const failure = (kind: "not found" | "failed", exitCode: number | null, cause?: unknown) =>
    new ProgramError(program, what, kind, { stdout: "", stderr, exitCode }, cause);
  const done = new Promise<string>((resolve, reject) => {
    child.once("error", error => reject(failure(codeOf(error) === "ENOENT" ? "not found" : "failed", null, error)));
    child.once("close", code => (code === 0 ? resolve(stderr.trim()) : reject(failure("failed", code))));
  });
  // Awaited by `work`, or looked at in the end: never an unhandled rejection in between.
  done.catch(() => undefined);
  return { process: child, done, ended: false };
}

// When a child exits, node throws away what of its stdout nobody has begun to read.
function kept(stdout: Readable): Readable {
  return pipeline(stdout, new PassThrough(), () => undefined);
}

function kill(child: Child): void {
  const { exitCode, signalCode, pid, stdout } = child.process;
  // What nobody reads any more would keep even one that has exited from being closed.
  stdout?.destroy();
  if (pid === undefined || exitCode !== null || signalCode !== null) return;
  child.ended = true;
  child.process.kill("SIGKILL");
}

function isBrokenPipe(error: unknown): boolean {
  return ["EPIPE", "ECONNRESET", "ERR_STREAM_PREMATURE_CLOSE", "ERR_STREAM_DESTROYED"].includes(codeOf(error));
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}
