// Measures how long an address was down, from outside.
import { setTimeout as sleep } from "node:timers/promises";

/** One GET; times in ms, as performance.now() counts them. */
export interface Get {
  readonly asked: number;
  readonly answered: number;
  readonly good: boolean;
}

/**
 * Milliseconds from the first failed GET to the answer of the first good one after the last failure. 0 without a
 * failure, undefined while it is still down. `gets` may be in any order.
 */
export function outage(gets: readonly Get[]): number | undefined {
  const inOrder = gets.toSorted((a, b) => a.asked - b.asked);
  const first = inOrder.find(get => !get.good);
  if (!first) return 0;
  const up = inOrder[inOrder.findLastIndex(get => !get.good) + 1];
  return up && up.answered - first.asked;
}

export interface Watched {
  /** The result of `outage` so far. */
  readonly outage: () => number | undefined;
  /** Stops asking, and waits for outstanding answers. */
  readonly end: () => Promise<void>;
}

/** Sends a GET every 100 ms until `end`, without waiting for earlier answers. */
export function watch(url: string): Watched {
  const gets: Get[] = [];
  const due = new Set<Promise<void>>();
  const over = new AbortController();
  const loop = (async () => {
    for (; !over.signal.aborted; await sleep(100)) {
      const asking: Promise<void> = ask(url).then(get => {
        gets.push(get);
        due.delete(asking);
      });
      due.add(asking);
    }
  })();
  return {
    outage: () => outage(gets),
    end: async () => {
      over.abort();
      await loop;
      await Promise.all(due);
    },
  };
}

async function ask(url: string): Promise<Get> {
  const asked = performance.now();
  const good = await fetch(url, { signal: AbortSignal.timeout(5_000) }).then(
    async answer => {
      await answer.arrayBuffer();
      return answer.status === 200;
    },
    () => false,
  );
  return { asked, answered: performance.now(), good };
}
