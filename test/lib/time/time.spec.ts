import assert from "node:assert/strict";
import { seconds } from "../../../providers/lib/time/duration.ts";
import { monotonicNow, since } from "../../../providers/lib/time/monotonic.ts";
import { stamp } from "../../../providers/lib/time/stamp.ts";

describe("time", () => {
  it("is parsed from Go durations", () => {
    assert.deepEqual(["1m30s", "500ms", "2s", "1h"].map(seconds), [90, 0.5, 2, 3600]);
    assert.equal(seconds(2e9), 2);
  });

  it("is printed in seconds since a moment with one decimal", () => {
    assert.equal(since(monotonicNow() - 1_440), "1.4 s");
  });

  it("is measured on a clock that is independent of the system time", () => {
    const { now } = Date;
    const start = monotonicNow();
    Date.now = () => 0;
    try {
      assert.ok(monotonicNow() >= start);
    } finally {
      Date.now = now;
    }
  });

  it("is formatted for file names that sort by time", () => {
    assert.equal(stamp(new Date("2026-03-14T03:02:11.123Z")), "20260314T030211.123Z");
    const [earlier, later] = [stamp(new Date(999_999_999_999)), stamp(new Date(1_000_000_000_000))];
    assert.ok(earlier < later);
  });
});
