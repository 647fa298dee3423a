import assert from "node:assert/strict";
import { anotherVersion, swarmRollback, tasksTrouble } from "../../../providers/lib/health/observe.ts";
import type { Service } from "../../../providers/lib/docker/stack.ts";

const service = (more: Partial<Service> = {}): Service => ({
  name: "app",
  running: 1,
  desired: 1,
  update: undefined,
  labels: {},
  ...more,
});

describe("what is seen of an app's tasks", () => {
  it("is nothing where all run", () => {
    assert.equal(tasksTrouble([service(), service({ name: "db", update: "completed" })]), undefined);
  });

  it("names the service that doesn't run, or was scaled to nothing", () => {
    assert.deepEqual(tasksTrouble([service(), service({ name: "db", running: 0 })]), {
      what: "db isn't running",
      final: false,
    });
    assert.deepEqual(tasksTrouble([service({ running: 0, desired: 0 })]), { what: "app isn't running", final: false });
  });

  it("isn't deceived by an old task that still counts while its update goes on", () => {
    assert.deepEqual(tasksTrouble([service({ update: "updating" })]), { what: "app is being updated", final: false });
    assert.deepEqual(tasksTrouble([service({ update: "rollback_started" })]), {
      what: "app is being rolled back by Swarm",
      final: false,
    });
  });

  for (const update of ["paused", "rollback_paused"])
    it(`knows that ${update} never clears by itself`, () => {
      assert.deepEqual(tasksTrouble([service({ update })]), { what: `app's update is ${update}`, final: true });
    });
});

describe("another version than the one that was deployed", () => {
  it("is none where that runs, or nothing does yet", () => {
    assert.equal(anotherVersion([service()], "2.0.0+1", "2.0.0+1"), undefined);
    assert.equal(anotherVersion([], undefined, "2.0.0+1"), undefined);
  });

  it("F33: that somebody deployed is nothing against the app", () => {
    assert.deepEqual(anotherVersion([service()], "1.0.0+1", "2.0.0+1"), {
      trouble: "1.0.0+1 runs instead of 2.0.0+1: another person deployed it",
      elsewhere: true,
    });
  });

  it("F9: that Swarm went back to by itself, labels and all, is the release's fault", () => {
    const found = anotherVersion([service({ update: "rollback_completed" })], "1.0.0+1", "2.0.0+1");
    assert.equal(found?.elsewhere, false);
    assert.match(found?.trouble ?? "", /Swarm rolled app back/);
  });
});

describe("what Swarm rolls back", () => {
  it("is nothing where updates ended well, go on, or stopped: an update forgets how the one before it ended", () => {
    for (const update of [undefined, "updating", "completed", "paused"])
      assert.equal(swarmRollback([service({ update })]), undefined);
  });

  for (const update of ["rollback_started", "rollback_completed", "rollback_paused"])
    it(`F9: is known by ${update}, whatever version runs`, () => {
      assert.deepEqual(swarmRollback([service({ name: "db" }), service({ update })]), {
        trouble: "Swarm rolled app back: its new task didn't stay up",
        elsewhere: false,
      });
    });
});
