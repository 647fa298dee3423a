// How long the verdict on an operation's step has been inconclusive. Pure.
import type { Undecided } from "../lib/state/index.ts";

/** Milliseconds, from the first inconclusive verdict of a step, after which the app is broken. */
const LIMIT = 24 * 3_600_000;

/** Recoveries that it takes too: some hosts count the time of a suspension. */
const MIN_RECOVERIES = 3;

/** This boot of the host, and the milliseconds since some point of it. */
export interface HostTime {
  readonly boot: string;
  readonly uptime: number;
}

/** `before` with one more inconclusive verdict: of a recovery, or the operation's own. */
export function addVerdict(before: Undecided | undefined, { boot, uptime }: HostTime, isRecovery: boolean): Undecided {
  const { recoveries = 0, ms = 0, boot: lastBoot, at = uptime } = before ?? {};
  const passed = lastBoot === boot ? Math.max(0, uptime - at) : 0; // else rebooted: for how long it was off isn't known
  return { recoveries: recoveries + Number(isRecovery), ms: ms + passed, boot, at: uptime };
}

/** Whether a person has to decide now. */
export function isOverdue({ recoveries, ms }: Undecided): boolean {
  return recoveries >= MIN_RECOVERIES && ms > LIMIT;
}
