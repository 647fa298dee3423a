import assert from "node:assert/strict";
import { servicesOf } from "../../../providers/lib/docker/stack.ts";
import { stopLimit } from "../../../providers/lib/docker/stopLimit.ts";
import { fakeSwarm } from "./fakeSwarm.ts";

describe("how long a stack may take to stop", () => {
  it("is its longest stop_grace_period, and two minutes for Swarm", async () => {
    const swarm = await fakeSwarm();
    try {
      const service = [
        { name: "t_app", stack: "t", grace: 600 },
        { name: "t_db", stack: "t" },
      ];
      await swarm.set({ service });
      assert.equal(stopLimit(await servicesOf("t")), (600 + 120) * 1000);
    } finally {
      await swarm.end();
    }
    assert.equal(stopLimit([]), 120_000);
  });
});
