import assert from "node:assert/strict";
import { crowdTimes } from "./crowd.ts";

describe("crowdTimes", () => {
  const runs = [
    { token: 9_000, end: 11_000 },
    { token: 4_000, end: 12_000 },
    { token: 5_000, end: 8_000 },
    { token: 7_000, end: 9_000 },
  ];

  it("reports the median token, the last token and the last end, even of different runs", () => {
    const times = crowdTimes(runs, { own: 0, keycloak: 0 }, 2);
    assert.deepEqual([times["median token"], times["last token"], times["last end"]], [6_000, 9_000, 12_000]);
  });

  it("reports CPU time per run, and the total divided by the cores", () => {
    const times = crowdTimes(runs, { own: 16_000, keycloak: 4_000 }, 2);
    assert.deepEqual([times["CPU a run"], times["Keycloak a run"], times["CPU / cores"]], [4_000, 1_000, 10_000]);
  });

  it("rejects an empty crowd", () => assert.throws(() => crowdTimes([], { own: 1, keycloak: 1 }, 2), /no samples/));
});
