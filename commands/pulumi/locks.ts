// Pulumi's locks of a stack: looks whether their holders live, and removes those of dead ones. Pulumi leaves its lock
// after kill -9.
import { readdir, readFile, rm, stat, statfs } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { ignoreAbsent } from "../../providers/lib/fs/index.ts";
import { livenessOnSwarm } from "../../providers/lib/coordination/index.ts";
import {
  bootedBefore,
  currentProcess,
  type Liveness,
  processesWithPid,
  type ProcessIdentity,
  seesAllProcesses,
} from "../../providers/lib/process/index.ts";
import { isAged } from "../reap/age.ts";
import { backendFolder } from "./backend.ts";
import { judgeLock, type LockText, parseLock, type Starter } from "./judgeLock.ts";
import { cancel, remoteLocks } from "./remoteLocks.ts";

export interface LockState {
  readonly liveness: Liveness | "none";
  /** Describes the holder and its start; of one lock, always the same. */
  readonly words: string;
  /** When the lock was made, in ms since 1970; undefined: unknown. */
  readonly since?: number | undefined;
}

interface Lock extends LockState {
  readonly liveness: Liveness;
  /** undefined in a backend that is no file. */
  readonly path: string | undefined;
}

interface LookOptions {
  /** The process of hearth that started the run's Pulumi. */
  readonly starter?: ProcessIdentity | undefined;
  /** Default: PULUMI_BACKEND_URL. */
  readonly backend?: string | undefined;
}

/** Milliseconds after which a lock without a run is dead if its holder can't be observed: no `up` takes that long. */
const AGE_LIMIT = 24 * 3_600_000;

/** Removes locks of dead holders and those at their age limit; returns a line for each. Only in a file backend. */
export async function breakDeadLocks(stack: string, backend?: string): Promise<string[]> {
  if (backendFolder(backend) === undefined) return [];
  const locks = await locksOf(stack, { backend });
  const dead = locks.filter(({ liveness }) => liveness === "dead");
  const old = locks.filter(
    ({ liveness, since }) => liveness === "unknown" && since !== undefined && isAged(since, Date.now(), AGE_LIMIT),
  );
  await removeFiles([...dead, ...old]);
  return [
    ...dead.map(({ words }) => `${words} removed: its holder is dead`),
    ...old.map(({ words }) => `${words} removed: its holder can't be observed, and it is older than a day`),
  ];
}

/**
 * Removes the locks of dead holders, and the one that `known` describes. False if others remain: then a backend that is
 * no file keeps all.
 */
export async function breakLocks(stack: string, known?: string, options: LookOptions = {}): Promise<boolean> {
  const locks = await locksOf(stack, options);
  const broken = locks.filter(({ liveness, words }) => liveness === "dead" || words === known);
  const isComplete = broken.length === locks.length;
  if (backendFolder(options.backend) !== undefined) await removeFiles(broken);
  else if (isComplete && locks.length > 0) await cancel(stack);
  return isComplete;
}

/** The stack's lock: an alive holder's before one whose liveness is unknown before a dead one's; `none` without. */
export async function lockOf(stack: string, options: LookOptions = {}): Promise<LockState> {
  const locks = await locksOf(stack, options);
  const first = (["alive", "unknown", "dead"] as const)
    .map(liveness => locks.find(lock => lock.liveness === liveness))
    .find(Boolean);
  return first ? { liveness: first.liveness, words: first.words, since: first.since } : { liveness: "none", words: "" };
}

async function removeFiles(locks: readonly Lock[]): Promise<void> {
  for (const { path } of locks)
    // The backend's library keeps attributes beside each.
    for (const name of path === undefined ? [] : [path, `${path}.attrs`]) await rm(name, { force: true });
}

async function locksOf(stack: string, { starter, backend }: LookOptions): Promise<Lock[]> {
  const root = backendFolder(backend);
  if (root === undefined) return judged(stack, await remoteLocks(stack), { starter, isLocal: false });
  const found = await fileLocks(root, stack);
  return found.length === 0 ? [] : judged(stack, found, { starter, isLocal: await isOnLocalDisk(root) });
}

interface FoundLock {
  readonly content: LockText;
  readonly path?: string;
  readonly changed?: number;
}

interface Circumstances {
  readonly starter: ProcessIdentity | undefined;
  /** Whether they are on this machine's own disk. */
  readonly isLocal: boolean;
}

/** The locks with the liveness of their holders, as seen by this process. */
export async function judged(
  stack: string,
  found: readonly FoundLock[],
  { starter, isLocal }: Circumstances,
): Promise<Lock[]> {
  const known = starter && (await describeStarter(starter));
  return Promise.all(
    found.map(async lock => {
      const { content } = lock;
      const isText = typeof content === "string";
      const seen = await viewpoint(isText ? undefined : content.pid);
      return {
        liveness: judgeLock(content, { isLocal, starter: known }, seen),
        since: isText ? lock.changed : Date.parse(content.timestamp),
        path: lock.path,
        words: `pulumi's lock of ${stack} (${describe(lock)})`,
      };
    }),
  );
}

interface FileLock {
  readonly path: string;
  readonly content: LockText;
  readonly changed: number;
}

async function fileLocks(root: string, stack: string): Promise<FileLock[]> {
  const folder = join(root, "locks", "organization", "hearth", stack);
  const names = ((await readdir(folder).catch(ignoreAbsent)) ?? []).filter(name => name.endsWith(".json"));
  const locks = await Promise.all(names.map(name => fileLock(join(folder, name))));
  return locks.filter(lock => lock !== undefined);
}

/** undefined: removed meanwhile. */
async function fileLock(path: string): Promise<FileLock | undefined> {
  const text = await readFile(path, "utf8").catch(ignoreAbsent);
  const changed = (await stat(path).catch(ignoreAbsent))?.mtimeMs;
  return text === undefined || changed === undefined ? undefined : { path, content: parseLock(text), changed };
}

function describe({ content, path = "in the backend" }: FoundLock): string {
  if (content === "empty") return `${path}, which is empty or cut off`;
  if (content === "unreadable") return `${path}, which is unreadable`;
  const { pid, hostname: host, timestamp } = content;
  return `pid ${pid}${host === hostname() ? "" : ` on ${host}`}, since ${timestamp}`;
}

async function viewpoint(pid: number | undefined) {
  return {
    hostname: hostname(),
    seesAll: await seesAllProcesses(),
    bootedBefore: await bootedBefore(),
    processes: pid === undefined ? [] : await processesWithPid(pid),
  };
}

async function describeStarter(starter: ProcessIdentity): Promise<Starter> {
  const [me, liveness] = await Promise.all([currentProcess(), livenessOnSwarm(starter)]);
  const isHere = starter.boot === me.boot && starter.pidns === me.pidns;
  return { host: starter.host, liveness, isHere, started: starter.started };
}

/** statfs(2) types of file systems that several machines share: NFS, SMB, CIFS, FUSE, 9p, Ceph, GFS2, OCFS2, Lustre. */
const shared = new Set([
  0x6969, 0x517b, 0xfe534d42, 0xff534d42, 0x65735546, 0x01021997, 0x00c36400, 0x01161970, 0x7461636f, 0x0bd00bd0,
]);

async function isOnLocalDisk(folder: string): Promise<boolean> {
  return !shared.has((await statfs(folder)).type >>> 0);
}
