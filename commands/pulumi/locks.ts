// Removes Pulumi's lock of a stack in a file backend if its holder is proved dead: Pulumi leaves it after kill -9.
import { readdir, readFile, rm } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { ignoreAbsent } from "../../providers/lib/fs/index.ts";
import { type Liveness, startTimeOf } from "../../providers/lib/process/index.ts";
import { backendFolder } from "./backend.ts";

const lockFile = z.looseObject({ pid: z.int().positive(), hostname: z.string(), timestamp: z.string() });

/** Milliseconds by which the clock of /proc and the wall clock may differ. */
const TOLERANCE = 5_000;

interface Lock {
  readonly path: string;
  readonly liveness: Liveness;
  /** Describes the holder and its start. */
  readonly words: string;
}

/** Removes locks of dead holders, and returns a line for each. Only a file backend's locks can be read. */
export async function breakDeadLocks(stack: string, backend?: string): Promise<string[]> {
  const dead = (await locksOf(stack, backend)).filter(({ liveness }) => liveness === "dead");
  for (const { path } of dead) for (const name of [path, `${path}.attrs`]) await rm(name, { force: true });
  return dead.map(({ words }) => `pulumi's lock of ${stack} (${words}) removed: its holder is dead`);
}

/**
 * Liveness of the lock's holder, and its description; `none` without a lock, or if the backend's locks can't be read.
 */
export async function lockOf(stack: string, backend?: string): Promise<{ liveness: Liveness | "none"; words: string }> {
  const locks = await locksOf(stack, backend);
  const first = (["alive", "unknown", "dead"] as const)
    .map(liveness => locks.find(lock => lock.liveness === liveness))
    .find(Boolean);
  return first
    ? { liveness: first.liveness, words: `pulumi's lock of ${stack} (${first.words})` }
    : { liveness: "none", words: "" };
}

async function locksOf(stack: string, backend?: string): Promise<Lock[]> {
  const root = backendFolder(backend);
  if (root === undefined) return [];
  const folder = join(root, "locks", "organization", "hearth", stack);
  // The backend's library keeps attributes beside each: `.json.attrs`.
  const names = ((await readdir(folder).catch(ignoreAbsent)) ?? []).filter(name => name.endsWith(".json"));
  const locks = await Promise.all(names.map(name => lockAt(join(folder, name))));
  return locks.filter(lock => lock !== undefined);
}

/** undefined: removed meanwhile. */
async function lockAt(path: string): Promise<Lock | undefined> {
  const text = await readFile(path, "utf8").catch(ignoreAbsent);
  if (text === undefined) return undefined;
  const lock = lockFile.safeParse(parsed(text));
  if (!lock.success) return { path, liveness: "unknown", words: `${path}, which is unreadable` };
  const { pid, hostname: host, timestamp } = lock.data;
  return {
    path,
    liveness: await livenessOfHolder(lock.data),
    words: `pid ${pid}${host === hostname() ? "" : ` on ${host}`}, since ${timestamp}`,
  };
}

/** undefined for a lock that a power cut left half written: its holder is unknown. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Dead: on this host, and the process doesn't exist, or began after the lock was created, so its pid was reused. */
async function livenessOfHolder({ pid, hostname: host, timestamp }: z.infer<typeof lockFile>): Promise<Liveness> {
  if (host !== hostname()) return "unknown";
  const began = await startTimeOf(pid);
  return began === undefined || began > Date.parse(timestamp) + TOLERANCE ? "dead" : "alive";
}
