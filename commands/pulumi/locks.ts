// Pulumi's lock of a stack in a file backend, broken only where its owner is proved dead: after kill -9 `up` alone says "currently locked" for ever.
import { readdir, readFile, rm } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { ignoreAbsent } from "../../providers/journal/file.ts";
import { startOf } from "../../providers/journal/owner.ts";

const lockFile = z.looseObject({ pid: z.int().positive(), hostname: z.string(), timestamp: z.string() });

/** Milliseconds by which /proc's clock and the wall's may differ. */
const TOLERANCE = 5_000;

/** A line for each lock that was broken. Only a file backend's locks can be read. */
export async function breakDeadLocks(stack: string, backend = process.env["PULUMI_BACKEND_URL"] ?? ""): Promise<string[]> {
  if (!backend.startsWith("file://")) return [];
  const folder = join(fileURLToPath(backend), ".pulumi", "locks", "organization", "hearth", stack);
  const said: string[] = [];
  for (const name of (await readdir(folder).catch(ignoreAbsent)) ?? []) {
    const path = join(folder, name);
    const lock = lockFile.safeParse(parsed((await readFile(path, "utf8").catch(ignoreAbsent)) ?? ""));
    if (!lock.success || !(await isDead(lock.data))) continue;
    await rm(path, { force: true });
    said.push(`pulumi's lock of ${stack} (pid ${lock.data.pid}, since ${lock.data.timestamp}) was its dead owner's: broken`);
  }
  return said;
}

/** undefined for what a power cut left half written: whose it is can't be told any more. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** This host's, and either no such process, or one that began after the lock was made: then the number was given out again. */
async function isDead({ pid, hostname: host, timestamp }: z.infer<typeof lockFile>): Promise<boolean> {
  if (host !== hostname()) return false;
  const began = await startOf(pid);
  return began === undefined || began > Date.parse(timestamp) + TOLERANCE;
}
