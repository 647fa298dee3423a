// Bounds how many runs start or end at once on this host: more would leave Keycloak and the ingress without CPU time.
// The slots are file locks, so that a killed process frees its own.
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type Lock, tryLock, waitForLock } from "../../providers/lib/lock/index.ts";

export interface SlotOptions {
  readonly stateDir: string;
  /** Runs that may start at once. */
  readonly limit: number;
  /** Aborts the wait, with its reason as the error. */
  readonly signal: AbortSignal;
  readonly log: (line: string) => void;
}

/** Milliseconds between attempts of the first process in the queue. */
const POLL_INTERVAL = 200;

/** Waits for one of `limit` slots, in order of arrival; runs that end go first. */
export function startSlot(options: SlotOptions): Promise<Lock> {
  const { queue, slots } = filesOf(options);
  return waitForSlot(queue.start, slots, options, async () => isFree(queue.end));
}

/** Like `startSlot`, with one slot more, which no start can take. */
export function endSlot(options: SlotOptions): Promise<Lock> {
  const { queue, slots, reserved } = filesOf(options);
  return waitForSlot(queue.end, [reserved, ...slots], options, async () => true);
}

function filesOf({ stateDir, limit }: SlotOptions) {
  const file = (name: string) => join(stateDir, "slots", name);
  return {
    queue: { start: file("queue-start"), end: file("queue-end") },
    slots: Array.from({ length: limit }, (_, at) => file(`slot-${at + 1}`)),
    reserved: file("slot-end"),
  };
}

/** Only the first in the queue polls; the others wait in the kernel. */
async function waitForSlot(
  queue: string,
  slots: readonly string[],
  { limit, signal, log }: SlotOptions,
  mayProceed: () => Promise<boolean>,
): Promise<Lock> {
  signal.throwIfAborted();
  let logged = false;
  const logWait = () => {
    if (!logged) log(`waiting: other runs start or end (hearth:startLimit ${limit})`);
    logged = true;
  };
  const place = (await tryLock(queue)) ?? (logWait(), await waitForLock(queue, signal));
  try {
    for (; ; await sleep(POLL_INTERVAL, undefined, { signal }).catch(() => signal.throwIfAborted())) {
      const slot = (await mayProceed()) ? await firstFree(slots) : undefined;
      if (slot) return slot;
      logWait();
    }
  } finally {
    await place.release();
  }
}

async function firstFree(paths: readonly string[]): Promise<Lock | undefined> {
  for (const path of paths) {
    const lock = await tryLock(path);
    if (lock) return lock;
  }
  return undefined;
}

async function isFree(path: string): Promise<boolean> {
  const lock = await tryLock(path);
  await lock?.release();
  return lock !== undefined;
}
