// Measures an address's downtime from outside.
import { setTimeout as sleep } from "node:timers/promises";

/** One GET; times in ms on the clock of performance.now(). */
export interface Probe {
  readonly sentAt: number;
  readonly answeredAt: number;
  readonly ok: boolean;
}

/**
 * Milliseconds from the first failed GET to the first answer after the last failed GET: flapping counts as down.
 * 0 if none failed, undefined if still down. `probes` may be in any order.
 */
export function outage(probes: readonly Probe[]): number | undefined {
  const inOrder = probes.toSorted((a, b) => a.sentAt - b.sentAt);
  const first = inOrder.find(probe => !probe.ok);
  if (!first) return 0;
  const up = inOrder[inOrder.findLastIndex(probe => !probe.ok) + 1];
  return up && up.answeredAt - first.sentAt;
}

export interface OutageWatch {
  /** The outage so far. */
  readonly outage: () => number | undefined;
  /** Stops sending GETs and waits for pending answers. */
  readonly end: () => Promise<void>;
}

/** Sends a GET to `url` every 100 ms until `end`, without waiting for earlier answers. */
export function watch(url: string): OutageWatch {
  const probes: Probe[] = [];
  const pending = new Set<Promise<void>>();
  const stopped = new AbortController();
  const loop = (async () => {
    for (; !stopped.signal.aborted; await sleep(100)) {
      const request: Promise<void> = sendGet(url).then(sample => {
        probes.push(sample);
        pending.delete(request);
      });
      pending.add(request);
    }
  })();
  return {
    outage: () => outage(probes),
    end: async () => {
      stopped.abort();
      await loop;
      await Promise.all(pending);
    },
  };
}

async function sendGet(url: string): Promise<Probe> {
  const sentAt = performance.now();
  const ok = await fetch(url, { signal: AbortSignal.timeout(5_000) }).then(
    async answer => {
      await answer.arrayBuffer();
      return answer.status === 200;
    },
    () => false,
  );
  return { sentAt, answeredAt: performance.now(), ok };
}
