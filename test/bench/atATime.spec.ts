import assert from "node:assert/strict";
import { setImmediate as turn } from "node:timers/promises";
import { atATime } from "./atATime.ts";

describe("work with limited concurrency", () => {
  it("runs at most `limit` at once, and returns results in order", async () => {
    let [now, most] = [0, 0];
    const results = await atATime(2, [3, 1, 2, 1], async turns => {
      most = Math.max(most, (now += 1));
      for (let index = 0; index < turns; index++) await turn();
      now -= 1;
      return turns * 10;
    });
    assert.deepEqual(results, [30, 10, 20, 10]);
    assert.equal(most, 2);
  });

  it("starts all at once if the limit allows it", async () => {
    const begun: number[] = [];
    const working = atATime(3, [1, 2, 3], async item => {
      begun.push(item);
      await turn();
    });
    assert.deepEqual(begun, [1, 2, 3]);
    await working;
  });

  it("tries every one, then throws the first failure", async () => {
    const tried: number[] = [];
    const work = async (item: number) => {
      tried.push(item);
      if (item > 1) throw new Error(`${item} failed`);
    };
    await assert.rejects(() => atATime(1, [1, 2, 3], work), { message: "2 failed" });
    assert.deepEqual(tried, [1, 2, 3]);
  });
});
