import assert from "node:assert/strict";
import { setImmediate as turn } from "node:timers/promises";
import { mapConcurrently } from "./mapConcurrently.ts";

describe("mapConcurrently", () => {
  it("never exceeds the limit and returns results in the items' order", async () => {
    let [now, most] = [0, 0];
    const results = await mapConcurrently(2, [3, 1, 2, 1], async turns => {
      most = Math.max(most, (now += 1));
      for (let index = 0; index < turns; index++) await turn();
      now -= 1;
      return turns * 10;
    });
    assert.deepEqual(results, [30, 10, 20, 10]);
    assert.equal(most, 2);
  });

  it("starts all items at once when the limit equals their number", async () => {
    const begun: number[] = [];
    const working = mapConcurrently(3, [1, 2, 3], async item => {
      begun.push(item);
      await turn();
    });
    assert.deepEqual(begun, [1, 2, 3]);
    await working;
  });

  it("tries every item, then throws the first failure", async () => {
    const tried: number[] = [];
    const work = async (item: number) => {
      tried.push(item);
      if (item > 1) throw new Error(`${item} failed`);
    };
    await assert.rejects(() => mapConcurrently(1, [1, 2, 3], work), { message: "2 failed" });
    assert.deepEqual(tried, [1, 2, 3]);
  });
});
