import assert from "node:assert/strict";
import { figures, evaluateGoal, turns } from "./measure.ts";

const goal = { phase: "up", contender: "a", against: ["b", "c"], atMost: 1.5, description: "at most 1.5 × (b + c)" };

describe("bench measurements", () => {
  it("interleave contenders round by round, after the warm-ups", () => {
    const [a, b] = [
      { name: "a", warmUp: true },
      { name: "b", warmUp: false },
    ];
    const order = turns([a, b], 2).map(({ contender, round }) => `${contender.name}${round}`);
    assert.deepEqual(order, ["a0", "a1", "b1", "a2", "b2"]);
  });

  it("report median and extremes in numeric order", () => {
    const { median, min, max } = figures([900, 1_000, 80, 9, 70]);
    assert.deepEqual({ median, min, max }, { median: 80, min: 9, max: 1_000 });
  });

  it("average the two middle samples of an even count", () => assert.equal(figures([4, 1, 3, 2]).median, 2.5));

  it("keep the samples in order", () => {
    const samples = [3, 1, 2];
    assert.deepEqual(figures(samples).samples, [3, 1, 2]);
    assert.deepEqual(samples, [3, 1, 2]);
  });

  it("reject an empty list of samples", () => assert.throws(() => figures([]), /no samples/));

  it("meet a goal up to and including its limit, against the sum of the others", () => {
    const medians: Record<string, number> = { a: 3, b: 1.5, c: 0.5 };
    const met = evaluateGoal(goal, contender => medians[contender]!);
    assert.deepEqual([met.ratio, met.met], [1.5, true]);
    medians["a"] = 3.1;
    assert.equal(evaluateGoal(goal, contender => medians[contender]!).met, false);
  });

  it("compare against the phase that a goal names", () => {
    const medians: Record<string, number> = { "a up": 3, "b work": 2 };
    const verdict = evaluateGoal(
      { ...goal, against: ["b"], againstPhase: "work" },
      (contender, phase) => medians[`${contender} ${phase}`]!,
    );
    assert.deepEqual([verdict.ratio, verdict.met], [1.5, true]);
  });

  it("always meet a goal without a limit", () => {
    const { atMost: _, ...unlimited } = goal;
    const verdict = evaluateGoal(unlimited, contender => (contender === "a" ? 100 : 1));
    assert.deepEqual([verdict.ratio, verdict.met], [50, true]);
  });
});
