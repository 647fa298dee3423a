import assert from "node:assert/strict";
import { figures } from "./measure.ts";
import { table } from "./table.ts";

const machine = { date: "", cpus: 2, cpu: "CPU", node: "v24", pulumi: "v3", commit: "abc" };
const contender = (name: string, ms: number) => ({ name, phases: { "2 GB": figures([ms]) } });
const row = { name: "r", title: "r: of 2 GB", runs: 1, goals: [], limits: [] };

describe("the bench's table", () => {
  it("shows hearth's ratio to every peer, the goals and the limits", () => {
    const goal = {
      phase: "2 GB",
      contender: "hearth",
      against: ["cp"],
      atMost: 1,
      description: "faster than cp",
      ratio: 2,
      met: false,
    };
    const limit = {
      phase: "2 GB",
      contender: "hearth",
      atMost: 2_000,
      description: "within 2 s",
      median: 2_000,
      met: true,
    };
    assert.deepEqual(
      table(
        { ...row, contenders: [contender("hearth", 2_000), contender("cp", 1_000)], goals: [goal], limits: [limit] },
        machine,
      )
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

  it("marks no ratio without a limit", () => {
    const goal = {
      phase: "2 GB",
      contender: "hearth",
      against: ["cp"],
      description: "hearth : cp",
      ratio: 2,
      met: true,
    };
    const lines = table(
      { ...row, contenders: [contender("hearth", 2_000), contender("cp", 1_000)], goals: [goal] },
      machine,
    ).split("\n");
    assert.equal(lines.at(-1), "  · 2 GB: hearth : cp: ratio 2.00");
  });

  it("shows only figures for a single contender", () => {
    const lines = table({ ...row, contenders: [contender("hearth", 500)] }, machine).split("\n");
    assert.deepEqual(lines.slice(3), ["  seconds   2 GB", "  hearth    0.50 (0.50–0.50)"]);
  });
});
