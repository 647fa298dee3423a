import assert from "node:assert/strict";
import { otherNodes, volumeNodes } from "../../../providers/lib/docker/nodes.ts";
import { fakeSwarm, type FakeSwarm } from "./fakeSwarm.ts";

describe("the swarm's other nodes", () => {
  let swarm: FakeSwarm;
  beforeEach(async () => (swarm = await fakeSwarm()));
  afterEach(() => swarm.end());

  it("are none on a single node, and none that are drained or paused", async () => {
    assert.deepEqual(await otherNodes(), []);
    const node = [{ name: "b" }, { name: "here" }, { name: "a" }];
    await swarm.set({
      node: [...node, ...["drain", "pause"].map(availability => ({ name: availability, availability }))],
    });
    assert.deepEqual(await otherNodes(), ["host-a", "host-b"]);
  });

  it("have a volume of the stack in use if a running task there writes to one", async () => {
    const task = { service: "id-t_db", stack: "t", state: "running", writes: true };
    const node = [{ name: "here" }, { name: "n2" }, { name: "n3", availability: "drain" }];
    const nodesOf = async (...tasks: object[]) => {
      await swarm.set({ node, task: tasks.map(more => ({ ...task, ...more })) });
      return volumeNodes("t");
    };
    assert.deepEqual(await nodesOf({}), []);
    assert.deepEqual(
      await nodesOf({ node: "n3" }, { node: "n2" }),
      ["host-n2", "host-n3"],
      "whatever its availability",
    );
    assert.deepEqual(await nodesOf({ node: "n2", writes: false }), [], "an app beside its database");
    assert.deepEqual(await nodesOf({ node: "n2", state: "failed" }, { node: "n2", stack: "u" }), []);
  });
});
