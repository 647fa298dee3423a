import assert from "node:assert/strict";
import { rollbacksOf, servicesOf } from "../../../providers/lib/docker/stack.ts";
import { fakeSwarm, type FakeSwarm, type Task, type Thing } from "./fakeSwarm.ts";

describe("the services of a stack", () => {
  let swarm: FakeSwarm;
  beforeEach(async () => (swarm = await fakeSwarm()));
  afterEach(() => swarm.end());

  /** The only service, with tasks of `[image, state]`, oldest first. Its present image is `web:2`. */
  async function serviceWith(state: string, more: Partial<Thing>, ...tasks: (readonly [string, string])[]) {
    const update = { state, startedAt: "2026-01-01T00:00:00Z" };
    const task = tasks.map(([image, reached]): Task => ({ service: "id-t_app", stack: "t", state: reached, image }));
    await swarm.set({ service: [{ name: "t_app", stack: "t", image: "web:2", update, ...more }], task });
    return (await servicesOf("t"))[0]!;
  }

  for (const state of ["paused", "rollback_paused"]) {
    it(`are current after an update that is ${state} if every task runs the present spec`, async () => {
      assert.equal((await serviceWith(state, {}, ["web:1", "shutdown"], ["web:2", "running"])).isCurrent, true);
      assert.equal((await serviceWith(state, {}, ["web:2", "failed"], ["web:1", "running"])).isCurrent, false);
    });

    it(`are current after an update that is ${state} if a one-shot task of the present spec succeeded`, async () => {
      const job = { oneShot: true, running: 0 };
      const done = await serviceWith(state, job, ["web:1", "complete"], ["web:2", "complete"]);
      assert.deepEqual([done.isCurrent, done.completed], [true, 1]);
      const failed = await serviceWith(state, job, ["web:1", "complete"], ["web:2", "failed"]);
      assert.deepEqual([failed.isCurrent, failed.completed], [false, 0]);
    });
  }

  it("aren't asked for their tasks if no update is paused", async () => {
    assert.equal((await serviceWith("completed", {}, ["web:2", "running"])).isCurrent, undefined);
  });

  it("name when the update began that Swarm rolled back", async () => {
    for (const state of ["rollback_started", "rollback_completed", "rollback_paused"]) {
      const service = await serviceWith(state, {}, ["web:3", "failed"], ["web:2", "running"]);
      assert.deepEqual(rollbacksOf([service]), { app: "2026-01-01T00:00:00Z" });
    }
    assert.deepEqual(rollbacksOf([await serviceWith("completed", {}, ["web:2", "running"])]), {});
  });

  it("weren't rolled back if a one-shot task only ended too early for Swarm, with success", async () => {
    const job = { oneShot: true, running: 0 };
    const done = await serviceWith("rollback_completed", job, ["web:3", "complete"], ["web:2", "complete"]);
    assert.deepEqual(rollbacksOf([done]), {});
    const failed = await serviceWith("rollback_completed", job, ["web:3", "failed"], ["web:2", "complete"]);
    assert.deepEqual(Object.keys(rollbacksOf([failed])), ["app"]);
    const retried = await serviceWith("rollback_started", job, ["web:3", "failed"], ["web:3", "complete"]);
    assert.deepEqual(rollbacksOf([retried]), {});
  });
});
