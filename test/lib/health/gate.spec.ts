import assert from "node:assert/strict";
import { gate, type Probe } from "../../../providers/lib/health/gate.ts";

/** Runs the gate on a fake clock with one of `probes` per second; the last one repeats. */
function runGate(probes: (Probe | Error)[], window = { stableFor: 3_000, deadline: 10_000 }) {
  let now = 0;
  let at = 0;
  const seen: string[] = [];
  const clock = { now: () => now, sleep: async (ms: number) => (now += ms) };
  const verdict = gate(
    async () => {
      const probe = probes[Math.min(at++, probes.length - 1)]!;
      if (probe instanceof Error) throw probe;
      return probe;
    },
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

  const noRouter = (id: string): Probe => ({
    trouble: "HTTP 404: the ingress has no router for it",
    containers: [id],
    inconclusive: true,
  });
  const down: Probe = { trouble: "app isn't running", containers: [] };

  it("is unhealthy if the app crashes again and again before it is routed, at whichever moment it is probed", async () => {
    for (const first of [0, 1, 2, 3, 4]) {
      const restarts = Array.from({ length: 100 }, (_, at) =>
        at % 5 < 2 ? noRouter(`c${(at - (at % 5)) / 5}`) : down,
      );
      assert.equal((await runGate(restarts.slice(first))).result.health, "unhealthy");
    }
    const long = Array.from({ length: 100 }, (_, at) => noRouter(`c${Math.floor(at / 8)}`));
    const { result, took } = await runGate(long, { stableFor: 10_000, deadline: 15_000 });
    assert.equal(result.health, "unhealthy", "each container lives shorter than the window");
    assert.equal(took, 28_000);
  });

  it("is inconclusive if only the route fails, although one probe failed or found the app at fault", async () => {
    const window = { stableFor: 5_000, deadline: 10_000 };
    const failed = new Error("no leader");
    for (const odd of [down, { ...down, containers: ["a"] }, failed])
      for (const at of [0, 5, 9, 10, 11]) {
        const probes = Array.from({ length: 40 }, (_, index) => (index === at ? odd : noRouter("a")));
        assert.equal((await runGate(probes, window)).result.health, "inconclusive", `at ${at}`);
      }
    const onAndOff = Array.from({ length: 40 }, (_, at) => (at % 2 === 0 ? noRouter("a") : good("a")));
    assert.equal((await runGate(onAndOff, window)).result.health, "inconclusive");
    const everyOtherFails = Array.from({ length: 40 }, (_, at) => (at % 2 === 0 ? noRouter("a") : failed));
    const { result, took } = await runGate(everyOtherFails, window);
    assert.equal(result.health, "inconclusive");
    assert.equal(took, 10_000);
  });

  it("F33: is inconclusive at once if another person's version runs", async () => {
    const { result, took } = await runGate([
      { trouble: "10.9.0 runs, which somebody else deployed", containers: ["b"], inconclusive: true, final: true },
    ]);
    assert.equal(result.health, "inconclusive");
    assert.equal(took, 0);
  });

  it("goes on after a probe that fails, and names it", async () => {
    const noLeader = new Error("docker: list services: HTTP 500: The swarm does not have a leader.");
    const { result, seen, took } = await runGate([good(), noLeader, good()]);
    assert.deepEqual(result, { health: "healthy" });
    assert.equal(took, 5_000, "the window begins again");
    assert.deepEqual(seen, [`can't be observed: ${noLeader.message}`, "good"]);
    assert.deepEqual((await runGate([noLeader])).result, {
      health: "inconclusive",
      why: `can't be observed: ${noLeader.message} (after 10 s)`,
    });
  });

  it("isn't failed by a single bad probe at its deadline", async () => {
    const { result, took } = await runGate([bad(), good()], { stableFor: 20_000, deadline: 10_000 });
    assert.deepEqual(result, { health: "healthy" }, "a window that is still good may end");
    assert.equal(took, 21_000);
    const probes = [...Array(9).fill(good()), bad(), good()];
    assert.equal((await runGate(probes, { stableFor: 9_500, deadline: 9_000 })).result.health, "healthy");
    const failing = [...Array(9).fill(good()), bad("HTTP 502")];
    assert.deepEqual((await runGate(failing, { stableFor: 9_500, deadline: 9_000 })).result, {
      health: "unhealthy",
      why: "HTTP 502 (after 11 s)",
    });
  });

  it("ends soon after its deadline if the app keeps failing now and then", async () => {
    const flapping = Array.from({ length: 100 }, (_, at) => (at % 3 === 0 ? bad() : good()));
    const { result, took } = await runGate(flapping);
    assert.equal(result.health, "unhealthy");
    assert.ok(took <= 10_000 + 3_000 + 3_000);
  });

  it("doesn't notice a wall clock that is set by hours", async () => {
    const now = Date.now;
    let jump = 0;
    try {
      Date.now = () => now() + (jump = jump > 0 ? -5 * 3_600_000 : 5 * 3_600_000);
      const start = performance.now();
      const window = { stableFor: 100, deadline: 10_000, every: 10 };
      assert.deepEqual(await gate(async () => (void Date.now(), good()), window), { health: "healthy" });
      const failed = await gate(async () => bad("HTTP 503"), { ...window, deadline: 100 });
      assert.match(JSON.stringify(failed), /"unhealthy","why":"HTTP 503 \(after \d s\)"/);
      assert.ok(performance.now() - start >= 180);
    } finally {
      Date.now = now;
    }
  });

  it("reports each change once", async () => {
    const { seen } = await runGate([bad("a"), bad("a"), bad("b"), good()]);
    assert.deepEqual(seen, ["a", "b", "good"]);
  });
});
