import assert from "node:assert/strict";
import { judge, lookUntilSure } from "../../../providers/lib/health/judge.ts";
import type { Finding } from "../../../providers/lib/health/look.ts";

const healthy: Finding = { state: "healthy" };
const down = (trouble = "HTTP 502"): Finding => ({ state: "down", trouble });
const stopped: Finding = { state: "down", trouble: "app isn't running", isStopped: true };
const away: Finding = { state: "unreachable", trouble: "no answer (ENOTFOUND)" };
const noLeader = new Error("docker: list the services of a: HTTP 500: The swarm does not have a leader.");

/** Judges by `looks`, the last of which repeats; each takes `each` ms. */
async function judgeBy(looks: (Finding | Error)[], each = 0) {
  let now = 0;
  let at = 0;
  const clock = { now: () => now, sleep: async (ms: number) => (now += ms) };
  const look = async () => {
    now += each;
    const found = looks[Math.min(at++, looks.length - 1)]!;
    if (found instanceof Error) throw found;
    return found;
  };
  const found = await lookUntilSure(look, clock);
  return { found, looks: at, took: now };
}

describe("the judgement of an app", () => {
  it("is healthy after one good look, and not deployed after one that finds nothing", async () => {
    assert.deepEqual(await judgeBy([healthy]), { found: healthy, looks: 1, took: 0 });
    const absent: Finding = { state: "not deployed", trouble: "not deployed" };
    assert.deepEqual(await judgeBy([absent]), { found: absent, looks: 1, took: 0 });
  });

  it("is down after three bad looks, not after one or two", async () => {
    assert.deepEqual(await judgeBy([down("HTTP 503"), down()]), { found: down("HTTP 502"), looks: 3, took: 2_000 });
    assert.equal((await judgeBy([down(), down(), healthy])).found.state, "healthy");
  });

  it("is unreachable if the route failed at any of the looks", async () => {
    assert.deepEqual((await judgeBy([away])).found, away);
    assert.deepEqual((await judgeBy([down(), away, down()])).found, away);
  });

  it("is down if its tasks ran and stopped between the looks: it crashes before it is routed", async () => {
    for (const looks of [
      [stopped, away, stopped],
      [away, stopped, stopped],
      [away, away, stopped, noLeader, away, stopped],
      [stopped, stopped, away, away, stopped],
    ])
      assert.deepEqual(await judgeBy(looks), { found: stopped, looks: looks.length, took: (looks.length - 1) * 1_000 });
  });

  it("is unreachable if its tasks only started between the looks, or one look found them stopped", async () => {
    for (const looks of [
      [stopped, stopped, away],
      [stopped, away],
      [away, stopped, away],
    ])
      assert.deepEqual((await judgeBy(looks)).found, away);
  });

  it("goes on after a look that fails, which proves nothing", async () => {
    assert.equal((await judgeBy([noLeader, noLeader, healthy])).found.state, "healthy");
    assert.deepEqual(await judgeBy([down(), noLeader, down(), noLeader, down()]), {
      found: down(),
      looks: 5,
      took: 4_000,
    });
  });

  it("names the failed look if too few succeeded to call the app down", async () => {
    assert.deepEqual((await judgeBy([down(), noLeader])).found, {
      state: "unreachable",
      trouble: `can't be observed: ${noLeader.message}`,
    });
  });

  it("fails with the last error if every look fails, within ten seconds", async () => {
    await assert.rejects(judgeBy([noLeader]), noLeader);
    const { took } = await judgeBy([...Array.from({ length: 9 }, () => noLeader), healthy]);
    assert.ok(took <= 10_000);
  });

  it("is bounded if looks take long: two bad ones then suffice, one doesn't", () => {
    assert.equal(judge(["down", "down"], false), undefined);
    assert.equal(judge(["down", "down"], true), "down");
    assert.equal(judge(["down"], true), "unreachable");
    assert.equal(judge(["failed"], true), "failed");
  });

  it("takes less than a minute if each look ends in a time-out", async () => {
    const { found, took } = await judgeBy([down("no answer (time-out)")], 5_000);
    assert.equal(found.state, "down");
    assert.ok(took < 30_000);
  });
});
