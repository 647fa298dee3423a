import assert from "node:assert/strict";
import { figures, judge, turns } from "./measure.ts";

const goal = { phase: "up", contender: "a", against: ["b", "c"], atMost: 1.5, says: "at most 1.5 × (b + c)" };

describe("the bench's figures", () => {
  it("interleave the contenders round by round, after the warm-ups", () => {
    const [a, b] = [
      { name: "a", warmUp: true },
      { name: "b", warmUp: false },
    ];
    const order = turns([a, b], 2).map(({ contender, round }) => `${contender.name}${round}`);
    assert.deepEqual(order, ["a0", "a1", "b1", "a2", "b2"]);
  });

  it("are the median and the extremes, ordered as numbers", () => {
    const { median, min, max } = figures([900, 1_000, 80, 9, 70]);
    assert.deepEqual({ median, min, max }, { median: 80, min: 9, max: 1_000 });
  });

  it("average the two middle samples of an even count", () => assert.equal(figures([4, 1, 3, 2]).median, 2.5));

  it("keep the samples in their order", () => {
    const samples = [3, 1, 2];
    assert.deepEqual(figures(samples).samples, [3, 1, 2]);
    assert.deepEqual(samples, [3, 1, 2]);
  });

  it("are rejected without samples", () => assert.throws(() => figures([]), /expected at least one sample/));

  it("meet a goal up to its limit, against the sum of the others", () => {
    const medians: Record<string, number> = { a: 3, b: 1.5, c: 0.5 };
    const met = judge(goal, contender => medians[contender]!);
    assert.deepEqual([met.ratio, met.met], [1.5, true]);
    medians["a"] = 3.1;
    assert.equal(judge(goal, contender => medians[contender]!).met, false);
  });

  it("compare with another phase if the goal names one", () => {
    const medians: Record<string, number> = { "a up": 3, "b work": 2 };
    const verdict = judge(
      { ...goal, against: ["b"], againstPhase: "work" },
      (contender, phase) => medians[`${contender} ${phase}`]!,
    );
    assert.deepEqual([verdict.ratio, verdict.met], [1.5, true]);
  });

  it("meet every goal without a limit", () => {
    const { atMost: _, ...told } = goal;
    const verdict = judge(told, contender => (contender === "a" ? 100 : 1));
    assert.deepEqual([verdict.ratio, verdict.met], [50, true]);
  });
});
