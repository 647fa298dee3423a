import assert from "node:assert/strict";
import { gate, type Probe } from "../../../providers/lib/health/gate.ts";

/** Runs the gate on a fake clock with one of `probes` per second; the last one repeats. */
function runGate(probes: Probe[], window = { stableFor: 3_000, deadline: 10_000 }) {
  let now = 0;
  let at = 0;
  const seen: string[] = [];
  const clock = { now: () => now, sleep: async (ms: number) => (now += ms) };
  const verdict = gate(
    async () => probes[Math.min(at++, probes.length - 1)]!,
    window,
    what => seen.push(what),
    clock,
  );
  return verdict.then(result => ({ result, seen, took: now }));
}

const good = (id = "a"): Probe => ({ trouble: undefined, containers: [id] });
const bad = (trouble = "app isn't running"): Probe => ({ trouble, containers: [] });

describe("the health gate", () => {
  it("P3: passes after the whole window, not before", async () => {
    const { result, took } = await runGate([good()]);
    assert.deepEqual(result, { health: "healthy" });
    assert.equal(took, 3_000);
  });

  it("P3: restarts its window after a failed probe", async () => {
    const { result, took } = await runGate([good(), good(), bad(), good()]);
    assert.deepEqual(result, { health: "healthy" });
    assert.equal(took, 6_000);
  });

  it("F10: fails if a container is replaced within the window", async () => {
    const { result } = await runGate([
      good("a"),
      good("b"),
      good("c"),
      good("d"),
      good("e"),
      good("f"),
      good("g"),
      good("h"),
      good("i"),
      good("j"),
      good("k"),
    ]);
    assert.equal(result.health, "unhealthy");
    assert.match(JSON.stringify(result), /replaced/);
  });

  it("F9: reports the last observation at its deadline", async () => {
    const { result, took } = await runGate([bad("HTTP 503")]);
    assert.deepEqual(result, { health: "unhealthy", why: "HTTP 503 (after 10 s)" });
    assert.equal(took, 10_000);
  });

  it("doesn't wait for a failure that never clears", async () => {
    const { result, took } = await runGate([{ ...bad("app's update is paused"), final: true }]);
    assert.deepEqual(result, { health: "unhealthy", why: "app's update is paused" });
    assert.equal(took, 0);
  });

  it("is inconclusive if the tasks run but the route fails", async () => {
    const away: Probe = { trouble: "no answer (ECONNREFUSED)", containers: ["a"], inconclusive: true };
    assert.deepEqual((await runGate([away])).result, {
      health: "inconclusive",
      why: "no answer (ECONNREFUSED) (after 10 s)",
    });
    assert.deepEqual((await runGate([away, bad("app isn't running")])).result.health, "unhealthy");
    assert.deepEqual((await runGate([away, good()])).result, { health: "healthy" });
  });

  it("F33: is inconclusive at once if another person's version runs", async () => {
    const { result, took } = await runGate([
      { trouble: "10.9.0 runs, which somebody else deployed", containers: ["b"], inconclusive: true, final: true },
    ]);
    assert.equal(result.health, "inconclusive");
    assert.equal(took, 0);
  });

  it("reports each change once", async () => {
    const { seen } = await runGate([bad("a"), bad("a"), bad("b"), good()]);
    assert.deepEqual(seen, ["a", "b", "good"]);
  });
});
