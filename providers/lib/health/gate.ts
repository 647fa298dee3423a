// The health gate: an app is healthy after every probe was good for a whole window without a restart.
import { setTimeout as sleep } from "node:timers/promises";
import { type Clock, monotonicNow } from "../time/index.ts";
import { failedLook, LOOKS } from "./judge.ts";

/** The result of one probe. */
export interface Probe {
  /** What is wrong; undefined if nothing is. */
  readonly trouble: string | undefined;
  /** Ids of the containers that run: a new one is a restart. */
  readonly containers: readonly string[];
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
 * Probes until the app was good for the whole window, or its deadline has passed. A probe that throws is a bad one. At
 * the deadline a window that is still good may end, and unhealthy takes several bad probes in a row.
 */
export async function gate(
  probe: () => Promise<Probe>,
  window: Window,
  onChange: (seen: string) => void = () => undefined,
  clock: Clock = { now: monotonicNow, sleep },
): Promise<Verdict> {
  const { stableFor, deadline, every = 1_000 } = window;
  const limit = deadline + stableFor + LOOKS * every;
  const start = clock.now();
  let goodSince: number | undefined;
  /** Containers at the last good probe. */
  let running: string | undefined;
  let last: string | undefined;
  /** Bad probes in a row that the app itself is to blame for. */
  let bad = 0;
  for (; ; await clock.sleep(every)) {
    const seen = await probe().catch(failedProbe);
    const now = clock.now();
    const ids = [...seen.containers].toSorted().join();
    const restarted = running !== undefined && ids !== running;
    const trouble = seen.trouble ?? (restarted ? "a container was replaced within the window" : undefined);
    if (trouble !== last) onChange(trouble ?? "good");
    last = trouble;
    const health = seen.inconclusive ? "inconclusive" : "unhealthy";
    if (seen.final) return { health, why: trouble ?? "unknown" };
    if (trouble === undefined) goodSince ??= now;
    else goodSince = undefined;
    running = seen.trouble === undefined ? ids : undefined;
    if (goodSince !== undefined && now - goodSince >= stableFor) return { health: "healthy" };
    bad = trouble !== undefined && health === "unhealthy" ? bad + 1 : 0;
    const passed = now - start;
    if (passed < deadline || (passed < limit && health === "unhealthy" && bad < LOOKS)) continue;
    return { health, why: `${trouble ?? "not yet good for long enough"} (after ${Math.round(passed / 1000)} s)` };
  }
}

/** A failed probe is inconclusive, not unhealthy. */
function failedProbe(error: unknown): Probe {
  return { trouble: failedLook(error), containers: [], inconclusive: true };
}
