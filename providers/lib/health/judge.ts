// Judges an app by several looks: one bad look, or one that fails, proves nothing on a busy host.
import { setTimeout as sleep } from "node:timers/promises";
import { errorMessage, oneLine } from "../text.ts";
import { type Clock, monotonicNow } from "../time/index.ts";
import type { Finding, State } from "./look.ts";

/** Bad looks in a row before an app is down. */
export const LOOKS = 3;
/** Milliseconds between two looks. */
const INTERVAL = 1_000;
/** Milliseconds and looks after which the looks so far decide: a look may fail, or wait for a time-out. */
const LIMIT = 30_000;
const MAX_LOOKS = 10;

/** `stopped`: down, because its tasks don't run. `failed`: the look itself failed. */
type Look = State | "stopped" | "failed";

/**
 * The state of an app after these looks; undefined: look again. `failed`: no look succeeded. Down needs three looks
 * that all found the app itself at fault, or two once it `isOver`; or tasks that ran and stopped between the looks.
 */
export function judge(looks: readonly Look[], isOver: boolean): State | "failed" | undefined {
  const last = looks.at(-1);
  if (last === "healthy" || last === "not deployed") return last;
  const seen = looks.filter(look => look !== "failed");
  if (seen.length < LOOKS && !isOver) return undefined;
  if (seen.length === 0) return "failed";
  if ((seen.length > 1 && !seen.includes("unreachable")) || crashes(seen)) return "down";
  return seen.includes("stopped") && !isOver ? undefined : "unreachable";
}

/** An app that crashes soon after its start looks unreachable while it runs: the ingress has no router for it yet. */
function crashes(seen: readonly Look[]): boolean {
  const ran = seen.indexOf("unreachable");
  return ran >= 0 && seen.lastIndexOf("stopped") > ran && seen.filter(look => look === "stopped").length > 1;
}

/** Looks until the app's state is sure. Throws the last error if every look fails. */
export async function lookUntilSure<F extends Finding>(
  look: () => Promise<F>,
  clock: Clock = { now: monotonicNow, sleep },
): Promise<F> {
  const start = clock.now();
  const looks: Look[] = [];
  const findings: F[] = [];
  let failure: unknown;
  for (; ; await clock.sleep(INTERVAL)) {
    try {
      const found = await look();
      findings.push(found);
      looks.push(found.isStopped ? "stopped" : found.state);
    } catch (error) {
      failure = error;
      looks.push("failed");
    }
    const state = judge(looks, clock.now() - start >= LIMIT || looks.length >= MAX_LOOKS);
    if (state === undefined) continue;
    if (state === "failed") throw failure;
    const found = findings.findLast(each => each.state === state);
    return found ?? { ...findings.at(-1)!, state, trouble: failedLook(failure) };
  }
}

/** The trouble of a look that failed, for a progress line. */
export function failedLook(error: unknown): string {
  return `can't be observed: ${oneLine(errorMessage(error))}`;
}
