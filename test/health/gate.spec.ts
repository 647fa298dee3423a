import assert from "node:assert/strict";
import { gate, type Look } from "../../providers/health/gate.ts";

/** Plays `looks` one a second, the last one for ever, on a clock that costs no time. */
function play(looks: Look[], window = { stableFor: 3_000, deadline: 10_000 }) {
  let now = 0;
  let at = 0;
  const seen: string[] = [];
  const clock = { now: () => now, sleep: async (ms: number) => (now += ms) };
  const verdict = gate(
    async () => looks[Math.min(at++, looks.length - 1)]!,
    window,
    what => seen.push(what),
    clock,
  );
  return verdict.then(result => ({ result, seen, took: now }));
}

const good = (id = "a"): Look => ({ trouble: undefined, containers: [id] });
const bad = (trouble = "app isn't running"): Look => ({ trouble, containers: [] });

describe("the health gate", () => {
  it("P3: passes after the whole window, not before", async () => {
    const { result, took } = await play([good()]);
    assert.deepEqual(result, { healthy: true });
    assert.equal(took, 3_000);
  });

  it("P3: begins its window anew after trouble", async () => {
    const { result, took } = await play([good(), good(), bad(), good()]);
    assert.deepEqual(result, { healthy: true });
    assert.equal(took, 6_000);
  });

  it("F10: isn't passed by containers that are replaced within the window", async () => {
    const { result } = await play([good("a"), good("b"), good("c"), good("d"), good("e"), good("f"), good("g"), good("h"), good("i"), good("j"), good("k")]);
    assert.equal(result.healthy, false);
    assert.match(result.healthy ? "" : result.why, /replaced/);
  });

  it("F9: says at its deadline what it saw last", async () => {
    const { result, took } = await play([bad("HTTP 503")]);
    assert.deepEqual(result, { healthy: false, why: "HTTP 503 (after 10 s)" });
    assert.equal(took, 10_000);
  });

  it("doesn't wait for what never clears by itself", async () => {
    const { result, took } = await play([{ ...bad("app's update is paused"), final: true }]);
    assert.deepEqual(result, { healthy: false, why: "app's update is paused" });
    assert.equal(took, 0);
  });

  it("says each change once", async () => {
    const { seen } = await play([bad("a"), bad("a"), bad("b"), good()]);
    assert.deepEqual(seen, ["a", "b", "good"]);
  });
});
