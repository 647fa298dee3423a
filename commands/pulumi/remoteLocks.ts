// The locks of a stack in a backend that is no file, such as S3: Pulumi names them when an operation finds them.
import { cancelArgv, probeArgv } from "./argv.ts";
import { pulumi, reason, type PulumiDone } from "./cli.ts";
import type { LockText } from "./judgeLock.ts";

/** A lock without a name: Pulumi can only remove all of a stack. */
export interface RemoteLock {
  readonly content: LockText;
}

/**
 * Reads the stack's locks, and takes the lock itself for a moment: never while the run may be starting. Changes
 * nothing: Pulumi doesn't rename a stack to a name that exists.
 */
export async function remoteLocks(stack: string): Promise<RemoteLock[]> {
  const done = await pulumi(probeArgv(stack));
  if (isUnlocked(done)) return [];
  const locks = lockLines(done.all);
  if (locks.length > 0) return locks;
  // On an object store nothing is cut off, so this isn't proof of a dead holder.
  if (/unexpected end of JSON input|invalid character/.test(done.all)) return [{ content: "unreadable" }];
  throw new Error(`pulumi: look for locks of ${stack}: ${reason(done)}`);
}

function isUnlocked({ all }: PulumiDone): boolean {
  return /a stack named .* already exists/.test(all) || /no stack named .* found/.test(all);
}

/** The lines of Pulumi's message (lock.go of its diy backend): `…: created by root@ci (pid 42) at <time>`. */
export function lockLines(text: string): RemoteLock[] {
  return [...text.matchAll(/: created by .*@(.*) \(pid (\d+)\) at (\S+)$/gm)].map(
    ([, hostname = "", pid = "", timestamp = ""]) => ({ content: { hostname, pid: Number(pid), timestamp } }),
  );
}

/** Removes all locks of the stack. */
export async function cancel(stack: string): Promise<void> {
  const done = await pulumi(cancelArgv(stack));
  if (done.exitCode !== 0) throw new Error(`pulumi: remove the lock of ${stack}: ${reason(done)}`);
}
