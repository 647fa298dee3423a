// The health gate: an app is healthy after every probe was good for a whole window without a restart.
import { setTimeout as sleep } from "node:timers/promises";
import { type Clock, monotonicNow } from "../time/index.ts";
import { failedLook, LOOKS } from "./judge.ts";

/** The result of one probe. */
export interface Probe {
  /** What is wrong; undefined if nothing is. */
  readonly trouble: string | undefined;
  /** Ids of the containers that run: a new one is a restart. undefined: unknown. */
  readonly containers: readonly string[] | undefined;
  /** Waiting longer can't fix it. */
  readonly final?: boolean;
  /** Not the app's fault: its tasks run but the route fails, or another person deployed another version. */
  readonly inconclusive?: boolean;
}

export interface Window {
  /** Milliseconds that every probe must be good without a restart. */
  readonly stableFor: number;
  /** Milliseconds until the app counts as unhealthy. */
  readonly deadline: number;
  /** Milliseconds between two probes. Default: 1000. */
  readonly every?: number;
}

/** `inconclusive`: health could not be determined, so nothing is undone. */
export type Verdict =
  { readonly health: "healthy" } | { readonly health: "unhealthy" | "inconclusive"; readonly why: string };

/**
 * Probes until the app was good for the whole window, or its deadline has passed. A probe that throws proves nothing.
 * At the deadline a window that is still good may end, and a verdict takes several bad or inconclusive probes in a row.
 */
export async function gate(
  probe: () => Promise<Probe>,
  window: Window,
  onChange: (seen: string) => void = () => undefined,
  clock: Clock = { now: monotonicNow, sleep },
): Promise<Verdict> {
  const { stableFor, every = 1_000 } = window;
  const start = clock.now();
  let goodSince: number | undefined;
  /** Containers at the last good probe. */
  let running: string | undefined;
  let last: string | undefined;
  const judgeBad = lateJudge(window, start);
  for (; ; await clock.sleep(every)) {
    const seen = await probe().catch(failedProbe);
    const now = clock.now();
    const ids = seen.containers?.toSorted().join();
    const restarted = running !== undefined && ids !== running;
    const trouble = seen.trouble ?? (restarted ? REPLACED : undefined);
    if (trouble !== last) onChange(trouble ?? "good");
    last = trouble;
    if (seen.final) return { health: seen.inconclusive ? "inconclusive" : "unhealthy", why: trouble ?? "unknown" };
    if (trouble === undefined) goodSince ??= now;
    else goodSince = undefined;
    running = seen.trouble === undefined ? ids : undefined;
    if (goodSince !== undefined && now - goodSince >= stableFor) return { health: "healthy" };
    const verdict = judgeBad({ trouble, ids, inconclusive: seen.inconclusive === true }, now);
    if (verdict) return { ...verdict, why: `${verdict.why} (after ${Math.round((now - start) / 1000)} s)` };
  }
}

const REPLACED = "a container was replaced within the window";

interface Seen {
  readonly trouble: string | undefined;
  /** The containers; undefined if unknown. */
  readonly ids: string | undefined;
  readonly inconclusive: boolean;
}

/**
 * Returns a function to call at each probe of an app that isn't healthy yet. From the deadline on, it returns the
 * verdict once it is sure: several bad probes in a row, or several inconclusive ones with containers as old as the
 * window, since an app that crashes before the ingress routes it looks inconclusive while it runs. If neither comes,
 * the app is unhealthy if a bad probe or a replaced container was seen since the deadline.
 */
function lateJudge({ stableFor, deadline, every = 1_000 }: Window, start: number) {
  let [bad, unsure] = [0, 0];
  let [containers, sameSince]: [string | undefined, number] = [undefined, start];
  /** Since the deadline: what blamed the app, and what left its health open. */
  let [blame, open]: (string | undefined)[] = [];
  return ({ trouble, ids, inconclusive }: Seen, now: number): Exclude<Verdict, { health: "healthy" }> | undefined => {
    bad = trouble !== undefined && !inconclusive ? bad + 1 : 0;
    unsure = inconclusive ? unsure + 1 : 0;
    const replaced = ids !== undefined && containers !== undefined && ids !== containers;
    if (replaced) sameSince = now;
    containers = ids ?? containers;
    const passed = now - start;
    if (passed < deadline) return undefined;
    if (replaced) blame = REPLACED;
    if (bad > 0) blame = trouble;
    if (inconclusive) open = trouble;
    if (bad >= LOOKS) return { health: "unhealthy", why: trouble! };
    if (unsure >= LOOKS && now - sameSince >= stableFor) return { health: "inconclusive", why: trouble! };
    if (passed < deadline + stableFor + LOOKS * every) return undefined;
    if (blame === undefined && open !== undefined) return { health: "inconclusive", why: open };
    return { health: "unhealthy", why: blame ?? "not yet good for long enough" };
  };
}

/** A failed probe is inconclusive, not unhealthy. */
function failedProbe(error: unknown): Probe {
  return { trouble: failedLook(error), containers: undefined, inconclusive: true };
}
