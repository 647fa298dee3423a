// Concurrent runs with hearth, with bare Pulumi, and with the raw admin API (at most two at a time).
import { availableParallelism } from "node:os";
import { create, logIn, remove } from "../adminApi.ts";
import { mapConcurrently } from "../mapConcurrently.ts";
import { crowdTimes, type CrowdPhase, type RunTimes } from "../crowd.ts";
import type { Meter } from "../meter.ts";
import { newRealm } from "../realm.ts";
import { timed, type Contender } from "../row.ts";
import { token } from "../token.ts";
import type { BareStack } from "./barePulumi.ts";
import { hearthRun } from "./hearth.ts";

/** Performs `count` runs with their teardown. Throws the first failure once all have ended. */
export type Crowd = (count: number) => Promise<RunTimes[]>;

export function crowdContender(name: string, count: number, meter: Meter, crowd: Crowd): Contender<CrowdPhase> {
  return {
    name,
    // One warm-up, of the smallest crowd, fills all caches.
    warmUp: count === 1,
    measure: async () => {
      const { result: runs, used } = await meter.during(() => crowd(count));
      const elsewhere = used.machine - used.own - used.keycloak;
      console.error(
        `crowd of ${count}: ${name}: the machine's other processes used ${(elsewhere / 1000).toFixed(2)} s of CPU`,
      );
      return crowdTimes(runs, used, availableParallelism());
    },
  };
}

export const hearthCrowd: Crowd = async count => {
  const start = Date.now();
  const runs = await mapConcurrently(count, Array.from({ length: count }), hearthRun);
  return runs.map(run => ({ token: run.token - start, end: run.end - start }));
};

/** A bare stack has no token: its outputs stand for it. */
export function bareCrowd(next: () => BareStack): Crowd {
  return async count => {
    const since = stopwatch();
    return mapConcurrently(count, Array.from({ length: count }), async () => {
      const { up, down } = next();
      let reached = 0;
      await timed(async () => {
        await up();
        reached = since();
      }, down);
      return { token: reached, end: since() };
    });
  };
}

/** Creates all realms, then deletes all. Two at a time: more make Keycloak's database deadlock. */
export function rawCrowd(url: string, password: string, interrupted: AbortSignal): Crowd {
  return async count => {
    const realms = Array.from({ length: count }, newRealm);
    let [tokens, ends]: [number[], number[]] = [[], []];
    const since = stopwatch();
    const up = async () => {
      tokens = await mapConcurrently(2, realms, async realm => {
        interrupted.throwIfAborted();
        await create(url, await logIn(url, password), realm);
        await token(url, realm);
        return since();
      });
    };
    const down = async () => {
      ends = await mapConcurrently(2, realms, async realm => {
        await remove(url, await logIn(url, password), realm);
        return since();
      });
    };
    await timed(up, down);
    return tokens.map((each, index) => ({ token: each, end: ends[index]! }));
  };
}

function stopwatch(): () => number {
  const start = performance.now();
  return () => performance.now() - start;
}
