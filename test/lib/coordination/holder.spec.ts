import assert from "node:assert/strict";
import { currentHolder, livenessOnSwarm } from "../../../providers/lib/coordination/holder.ts";
import { currentProcess } from "../../../providers/lib/process/identity.ts";
import { fakeSwarm, type FakeSwarm } from "../docker/fakeSwarm.ts";

describe("the holder of a record on the swarm", function () {
  this.timeout(10_000);
  let swarm: FakeSwarm;
  before(async () => (swarm = await fakeSwarm()));
  after(() => swarm.end());

  it("F59: names the node of its docker, which tells apart a host of another node after a reboot", async () => {
    const holder = await currentHolder();
    assert.deepEqual(holder, { ...(await currentProcess()), node: "here" });
    assert.equal(await livenessOnSwarm(holder), "alive");
    const boot = "00000000-0000-0000-0000-000000000000";
    assert.equal(await livenessOnSwarm({ ...holder, boot }), "dead");
    assert.equal(await livenessOnSwarm({ ...holder, boot, node: "node-2" }), "unknown");
  });

  it("F50: names no node while docker doesn't answer", async () => {
    await swarm.set({ failing: 1 });
    assert.deepEqual(await currentHolder(), await currentProcess());
  });
});
