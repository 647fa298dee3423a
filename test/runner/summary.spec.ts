import assert from "node:assert/strict";
import { countLine, isGreen, summary, type FileResult } from "./summary.ts";

const result = (file: string, more: Partial<FileResult> = {}): FileResult => ({
  file,
  passed: 1,
  failed: 0,
  skipped: 0,
  seconds: 1,
  specs: [],
  ...more,
});

describe("the summary of a spec run", () => {
  it("counts over all files, and names skipped specs only if there are any", () => {
    assert.equal(countLine([result("a"), result("b", { passed: 2 })]), "3 passed, 0 failed");
    assert.equal(countLine([result("a", { failed: 1, skipped: 2 })]), "1 passed, 1 failed, 2 skipped");
  });

  it("is green only if something passed and nothing failed", () => {
    assert.ok(isGreen([result("a"), result("b", { passed: 0 })]));
    assert.ok(!isGreen([result("a"), result("b", { failed: 1 })]));
    assert.ok(!isGreen([result("a", { passed: 0 })]));
    assert.ok(!isGreen([]));
  });

  it("lists slowest first, ten at most, and every failed spec", () => {
    const many = Array.from({ length: 12 }, (_, i) => result(`f${i}`, { seconds: i }));
    const specs = [
      { title: "quick", seconds: 0.1, failed: true },
      { title: "slow", seconds: 9, failed: false },
    ];
    const lines = summary([...many, result("g", { seconds: 100, specs })]);
    assert.equal(lines[1], "   100.0 s  g");
    assert.equal(lines[10], "     3.0 s  f3");
    assert.deepEqual(lines.slice(11), [
      "slowest specs:",
      "     9.0 s  g: slow",
      "     0.1 s  g: quick",
      "failed:",
      "  g: quick",
    ]);
  });
});
