import assert from "node:assert/strict";
import { figures } from "./measure.ts";
import { table } from "./table.ts";

const machine = { date: "", cpus: 2, cpu: "CPU", node: "v24", pulumi: "v3", commit: "abc" };
const way = (name: string, ms: number) => ({ name, phases: { "2 GB": figures([ms]) } });
const row = { name: "r", title: "r: of 2 GB", runs: 1, goals: [], limits: [] };

describe("the bench's table", () => {
  it("has hearth's share of every other way, the goals and the limits", () => {
    const goal = {
      phase: "2 GB",
      way: "hearth",
      against: ["cp"],
      atMost: 1,
      says: "faster than cp",
      ratio: 2,
      met: false,
    };
    const limit = { phase: "2 GB", way: "hearth", atMost: 2_000, says: "within 2 s", median: 2_000, met: true };
    assert.deepEqual(
      table({ ...row, ways: [way("hearth", 2_000), way("cp", 1_000)], goals: [goal], limits: [limit] }, machine)
        .split("\n")
        .slice(2),
      [
        "",
        "  seconds   2 GB               hearth / it",
        "  hearth    2.00 (2.00–2.00)",
        "  cp        1.00 (1.00–1.00)   2.00",
        "",
        "  ✗ 2 GB: faster than cp: ratio 2.00",
        "  ✓ 2 GB: within 2 s: 2.00 s",
      ],
    );
  });

  it("marks no ratio of which nothing is asked", () => {
    const goal = { phase: "2 GB", way: "hearth", against: ["cp"], says: "hearth : cp", ratio: 2, met: true };
    const lines = table({ ...row, ways: [way("hearth", 2_000), way("cp", 1_000)], goals: [goal] }, machine).split("\n");
    assert.equal(lines.at(-1), "  · 2 GB: hearth : cp: ratio 2.00");
  });

  it("of one way has its figures alone", () => {
    const lines = table({ ...row, ways: [way("hearth", 500)] }, machine).split("\n");
    assert.deepEqual(lines.slice(3), ["  seconds   2 GB", "  hearth    0.50 (0.50–0.50)"]);
  });
});
