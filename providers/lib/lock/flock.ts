// A lock between processes: flock(1) on a descriptor that this process keeps open, gone with the last holder, never stolen by a timer.
import { mkdir, open, type FileHandle } from "node:fs/promises";
import { dirname } from "node:path";
import { spawn } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { monotonicNow } from "../time/index.ts";

export class LockedError extends Error {
  override readonly name = "LockedError";
  readonly path: string;

  constructor(path: string, waited: number) {
    super(`lock ${path}: still held by another process after ${Math.round(waited / 1000)} s`);
    this.path = path;
  }
}

/** A held lock. `fd` may be handed to a child so that the lock lives as long as the child does. */
export interface Lock {
  readonly path: string;
  readonly fd: number;
  release(): Promise<void>;
}

/** Takes the lock at `path` now, or gives back undefined when another process has it. Makes the file and its directory. */
export async function tryLock(path: string): Promise<Lock | undefined> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const file = await open(path, "a", 0o600);
  try {
    if (await flock(file)) return { path, fd: file.fd, release: () => file.close() };
  } catch (error) {
    await file.close();
    throw error;
  }
  await file.close();
  return undefined;
}

export interface LockOptions {
  /** Milliseconds to wait for it. Default: 10 minutes. */
  readonly wait?: number;
  /** Called once, when somebody else has every one of them. */
  readonly onWait?: () => void;
}

/**
 * Takes the first free one of `paths` (a semaphore of that many places), holds it while `work` runs, and lets it go.
 * Throws LockedError when none came free in time.
 */
export async function withOneOf<T>(
  paths: readonly string[],
  work: (held: Lock) => Promise<T>,
  options: LockOptions = {},
): Promise<T> {
  const held = await firstFree(paths, options);
  try {
    return await work(held);
  } finally {
    await held.release();
  }
}

/** As `withOneOf`, for a single lock. */
export async function withLock<T>(
  path: string,
  work: (held: Lock) => Promise<T>,
  options: LockOptions = {},
): Promise<T> {
  return withOneOf([path], work, options);
}

async function firstFree(paths: readonly string[], { wait = 600_000, onWait }: LockOptions): Promise<Lock> {
  const start = monotonicNow();
  for (let told = false; ;) {
    for (const path of paths) {
      const held = await tryLock(path);
      if (held) return held;
    }
    if (!told) onWait?.();
    told = true;
    const waited = monotonicNow() - start;
    if (waited >= wait) throw new LockedError(paths.join(" or "), waited);
    // Each try is a process, and many may wait: who waits long asks seldom.
    await sleep(Math.min(Math.max(waited / 4, 100), 500) * (0.5 + Math.random()));
  }
}

// The lock belongs to the open file description, which flock(1) only borrows: it stays when flock(1) has gone (flock(2)).
async function flock(file: FileHandle): Promise<boolean> {
  const child = spawn("flock", ["--nonblock", "--conflict-exit-code", "75", "3"], {
    stdio: ["ignore", "ignore", "pipe", file.fd],
  });
  let stderr = "";
  child.stderr?.on("data", chunk => (stderr += String(chunk)));
  const code = await new Promise<number | null>((resolve, reject) =>
    child.once("error", reject).once("close", resolve),
  );
  if (code === 0) return true;
  if (code === 75) return false;
  throw new Error(`flock: take a lock: exit ${code}: ${stderr.trim()}`);
}
