// Removes the lock of a stack that doesn't exist. A Pulumi that is killed in `stack init` leaves it; then every later
// `stack init` of that name fails, and Pulumi has no command that removes it.
import { randomBytes } from "node:crypto";
import type { ProcessIdentity } from "../../providers/lib/process/index.ts";
import { isAged } from "../reap/age.ts";
import { SkippedError } from "../reap/host.ts";
import { LOCK_LIMIT } from "../reap/observed.ts";
import { cancelArgv, forgetArgv, initArgv, moveArgv } from "./argv.ts";
import { backendFolder } from "./backend.ts";
import { pulumi, reason } from "./cli.ts";
import { judged } from "./locks.ts";
import { lockLines } from "./remoteLocks.ts";
import { removeStackConfig } from "./stackConfig.ts";

/**
 * Does nothing in a file backend, whose locks are read from the disk, nor if the stack exists. Throws SkippedError
 * while the lock's holder may be alive.
 */
export async function removeStrayLock(
  stack: string,
  starter: ProcessIdentity | undefined,
  backend?: string,
): Promise<void> {
  if (backendFolder(backend) !== undefined) return;
  const made = await pulumi(initArgv(stack));
  if (/already exists/.test(made.all)) return;
  const isLocked = /currently locked/.test(made.all);
  if (made.exitCode !== 0 && !isLocked) throw new Error(`pulumi: look for a lock of ${stack}: ${reason(made)}`);
  try {
    if (isLocked) await takeOver(stack, made.all, starter);
    await must(forgetArgv(stack), `remove the stack ${stack}`);
  } finally {
    await removeStackConfig(stack);
  }
}

/** Makes the stack exist by a rename, which looks only at the old name's lock, and cancels its locks. */
async function takeOver(stack: string, message: string, starter: ProcessIdentity | undefined): Promise<void> {
  for (const { liveness, words, since } of await judged(stack, lockLines(message), { starter, isLocal: false })) {
    if (liveness === "alive") throw new SkippedError("in use by Pulumi", words);
    const isOver = liveness === "dead" || (since !== undefined && isAged(since, Date.now(), LOCK_LIMIT));
    if (!isOver) throw new SkippedError("lock holder unknown", words);
  }
  // A run's name: if this process is killed, the reaper removes it.
  const other = `ci-stray-${randomBytes(3).toString("hex")}`;
  await must(initArgv(other), `create the stack ${other}`);
  await must(moveArgv(other, stack), `rename the stack ${other}`);
  await must(cancelArgv(stack), `remove the lock of ${stack}`);
}

async function must(argv: readonly string[], what: string): Promise<void> {
  const done = await pulumi(argv);
  if (done.exitCode !== 0) throw new Error(`pulumi: ${what}: ${reason(done)}`);
}
