// A lock between processes: flock(1) on a descriptor that this process keeps open. It ends with its last holder; no
// timer breaks it.
import { spawn } from "node:child_process";
import { type FileHandle, mkdir, open, readFile } from "node:fs/promises";
import { hostname } from "node:os";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { bootId } from "../process/index.ts";
import { monotonicNow } from "../time/index.ts";

export class LockedError extends Error {
  override readonly name = "LockedError";
  readonly path: string;

  /** `waited` in milliseconds; `holder` (`pid 42 on ci-1`) if known. */
  constructor(path: string, waited: number, holder = "another process") {
    super(`lock ${path}: still held by ${holder} after ${Math.round(waited / 1000)} s`);
    this.path = path;
  }
}

/** A held lock. A child that inherits `fd` holds it too. */
export interface Lock {
  readonly path: string;
  readonly fd: number;
  release(): Promise<void>;
}

/**
 * Acquires the lock at `path` at once, or returns undefined if another process holds it. Makes the file and its
 * directory.
 */
export async function tryLock(path: string): Promise<Lock | undefined> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const file = await open(path, "a", 0o600);
  try {
    if (await flock(file)) {
      await writeHolder(file);
      return { path, fd: file.fd, release: () => file.close() };
    }
  } catch (error) {
    await file.close();
    throw error;
  }
  await file.close();
  return undefined;
}

/**
 * Acquires the lock at `path`, and waits for it in the kernel's queue: waiting costs no CPU time and keeps the order of
 * arrival. Throws the reason of `signal` once that aborts.
 */
export async function waitForLock(path: string, signal: AbortSignal): Promise<Lock> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const file = await open(path, "a", 0o600);
  try {
    await flock(file, signal);
    await writeHolder(file);
    return { path, fd: file.fd, release: () => file.close() };
  } catch (error) {
    await file.close();
    throw error;
  }
}

interface LockOptions {
  /** Milliseconds to wait for the lock. Default: 10 minutes. */
  readonly wait?: number;
  /** Ends the wait once it aborts, with its reason as the error. */
  readonly signal?: AbortSignal | undefined;
  /** Called once, if the lock isn't free at once. */
  readonly onWait?: () => void;
}

/**
 * Acquires the first free lock of `paths` (a semaphore with that many slots), holds it while `work` runs, and releases
 * it. Throws LockedError if none came free in time.
 */
export async function withOneOf<T>(
  paths: readonly string[],
  work: (lock: Lock) => Promise<T>,
  options: LockOptions = {},
): Promise<T> {
  const lock = await acquireOneOf(paths, options);
  try {
    return await work(lock);
  } finally {
    await lock.release();
  }
}

/** Like `withOneOf`, for a single lock. */
export async function withLock<T>(
  path: string,
  work: (lock: Lock) => Promise<T>,
  options: LockOptions = {},
): Promise<T> {
  return withOneOf([path], work, options);
}

async function acquireOneOf(paths: readonly string[], { wait = 600_000, signal, onWait }: LockOptions): Promise<Lock> {
  const start = monotonicNow();
  for (let waiting = false; ;) {
    signal?.throwIfAborted();
    for (const path of paths) {
      const lock = await tryLock(path);
      if (lock) return lock;
    }
    if (!waiting) onWait?.();
    waiting = true;
    const waited = monotonicNow() - start;
    if (waited >= wait) throw new LockedError(paths.join(" or "), waited, await readHolders(paths));
    // Back off: each attempt spawns a process, and many processes may wait.
    const pause = Math.min(Math.max(waited / 4, 100), 500) * (0.5 + Math.random());
    await sleep(pause, undefined, signal && { signal }).catch(() => signal?.throwIfAborted());
  }
}

/** Who holds a lock, and since when. */
export interface LockHolder {
  /** `pid 42 on ci-1` */
  readonly words: string;
  readonly pid: number;
  /** Milliseconds since it was acquired. */
  readonly heldFor: number;
  /** When it was acquired: differs for each time that the lock is held. */
  readonly since: string;
}

/** The holder of the lock at `path`, which must be held; undefined if it can't be told. */
export async function lockHolder(path: string): Promise<LockHolder | undefined> {
  const [words = "", since = ""] = (await readFile(path, "utf8").catch(() => "")).split("\n");
  const [boot, at] = since.split(" ");
  const pid = /^pid (\d+) on /.exec(words)?.[1];
  if (pid === undefined || at === undefined || boot !== (await bootId())) return undefined;
  return { words, pid: Number(pid), heldFor: sinceBoot() - Number(at), since };
}

/** Milliseconds on the clock that all processes of a boot share, and that setting the system's time doesn't move. */
function sinceBoot(): number {
  return Number(process.hrtime.bigint() / 1_000_000n);
}

/** Names this process, and the time, for others that wait. A full disk doesn't prevent locking. */
async function writeHolder(file: FileHandle): Promise<void> {
  try {
    await file.truncate();
    await file.write(`pid ${process.pid} on ${hostname()}\n${await bootId()} ${sinceBoot()}\n`);
  } catch (error) {
    if (!["ENOSPC", "EDQUOT"].includes((error as NodeJS.ErrnoException).code ?? "")) throw error;
  }
}

async function readHolders(paths: readonly string[]): Promise<string | undefined> {
  const holders = await Promise.all(
    paths.map(async path => (await readFile(path, "utf8").catch(() => "")).split("\n")[0]!),
  );
  return holders.filter(Boolean).join(" and ") || undefined;
}

// The lock belongs to the open file description, which flock(1) only shares: it outlives flock(1) (flock(2)).
async function flock(file: FileHandle, waitUntil?: AbortSignal): Promise<boolean> {
  waitUntil?.throwIfAborted();
  const mode = waitUntil ? [] : ["--nonblock", "--conflict-exit-code", "75"];
  const child = spawn("flock", [...mode, "3"], { stdio: ["ignore", "ignore", "pipe", file.fd] });
  const stop = () => child.kill("SIGKILL");
  waitUntil?.addEventListener("abort", stop, { once: true });
  let stderr = "";
  child.stderr?.on("data", chunk => (stderr += String(chunk)));
  const code = await new Promise<number | null>((resolve, reject) =>
    child.once("error", reject).once("close", resolve),
  );
  waitUntil?.removeEventListener("abort", stop);
  waitUntil?.throwIfAborted();
  if (code === 0) return true;
  if (code === 75) return false;
  throw new Error(`flock: acquire a lock: exit ${code}: ${stderr.trim()}`);
}
