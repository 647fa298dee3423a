import assert from "node:assert/strict";
import { anotherVersion, swarmRollback, tasksTrouble } from "../../../providers/lib/health/tasks.ts";
import type { Service } from "../../../providers/lib/docker/stack.ts";

const service = (more: Partial<Service> = {}): Service => ({
  name: "app",
  running: 1,
  desired: 1,
  completed: 0,
  id: "s1",
  stopGrace: 10,
  isCurrent: undefined,
  update: undefined,
  rollback: undefined,
  labels: {},
  ...more,
});

describe("the trouble with an app's tasks", () => {
  it("is none if all run", () => {
    assert.equal(tasksTrouble([service(), service({ name: "db", update: "completed" })]), undefined);
  });

  it("names the service that doesn't run, or was scaled to 0", () => {
    assert.deepEqual(tasksTrouble([service(), service({ name: "db", running: 0 })]), {
      what: "db isn't running",
      final: false,
    });
    assert.deepEqual(tasksTrouble([service({ running: 0, desired: 0 })]), { what: "app isn't running", final: false });
  });

  it("is none for a service that wants no task, beside others that run", () => {
    assert.equal(tasksTrouble([service(), service({ name: "worker", running: 0, desired: 0 })]), undefined);
  });

  it("names the service that Traefik routes to if it was scaled to 0, though its database runs", () => {
    const routed = service({ running: 0, desired: 0, labels: { "traefik.enable": "true" } });
    const db = service({ name: "db" });
    assert.deepEqual(tasksTrouble([db, routed]), { what: "app isn't running", final: false });
    assert.equal(tasksTrouble([db, service(routed), { ...routed, name: "api", running: 1, desired: 1 }]), undefined);
  });

  it("is none for a one-shot service that ended with success, and names one that didn't", () => {
    const job = service({ name: "job", running: 0 });
    assert.equal(tasksTrouble([service(), { ...job, completed: 1 }]), undefined);
    assert.deepEqual(tasksTrouble([service(), job]), { what: "job isn't running", final: false });
  });

  it("names the only service that Traefik routes to if its task ended, though with success", () => {
    const ended = service({ running: 0, completed: 1, labels: { "traefik.enable": "true" } });
    const job = service({ name: "job", running: 0, completed: 1 });
    assert.deepEqual(tasksTrouble([service({ name: "db" }), job, ended]), { what: "app isn't running", final: false });
    assert.equal(tasksTrouble([job, ended, { ...ended, name: "api", running: 1, completed: 0 }]), undefined);
  });

  it("includes an update in progress, although the old task still counts as running", () => {
    assert.deepEqual(tasksTrouble([service({ update: "updating" })]), { what: "app is being updated", final: false });
    assert.deepEqual(tasksTrouble([service({ update: "rollback_started" })]), {
      what: "app is being rolled back by Swarm",
      final: false,
    });
  });

  for (const update of ["paused", "rollback_paused"])
    it(`is none for ${update} while every task runs the present spec`, () => {
      assert.equal(tasksTrouble([service({ update, isCurrent: true })]), undefined);
      assert.equal(tasksTrouble([service({ update, isCurrent: false })])?.final, true);
    });

  for (const update of ["paused", "rollback_paused"])
    it(`is final for ${update}, which never clears`, () => {
      assert.deepEqual(tasksTrouble([service({ update })]), { what: `app's update is ${update}`, final: true });
    });
});

describe("another version than the deployed one", () => {
  const startedAt = "2026-01-01T00:00:00Z";
  const rolled = [service({ name: "db" }), service({ update: "rollback_completed", rollback: startedAt })];

  it("is none if the deployed one or nothing runs", () => {
    assert.equal(anotherVersion([service()], "2.0.0+1", "2.0.0+1", undefined), undefined);
    assert.equal(anotherVersion([], undefined, "2.0.0+1", {}), undefined);
  });

  it("F33: that another person deployed is inconclusive, also after an earlier rollback", () => {
    const foreign = {
      trouble: "1.0.0+1 runs instead of 2.0.0+1: another person deployed it",
      inconclusive: true,
    };
    assert.deepEqual(anotherVersion([service()], "1.0.0+1", "2.0.0+1", {}), foreign);
    assert.deepEqual(anotherVersion(rolled, "1.0.0+1", "2.0.0+1", { app: startedAt }), foreign);
  });

  it("F9: that Swarm rolled back to, labels included, is the release's fault", () => {
    for (const before of [undefined, {}, { app: "2025-01-01T00:00:00Z" }]) {
      const found = anotherVersion(rolled, "1.0.0+1", "2.0.0+1", before);
      assert.equal(found?.inconclusive, false);
      assert.match(found?.trouble ?? "", /Swarm rolled app back/);
    }
  });

  it("F9: isn't needed for the release's fault if Swarm rolled back since the deploy", () => {
    const found = anotherVersion(rolled, "2.0.0+1", "2.0.0+1", {});
    assert.deepEqual(found, { trouble: "Swarm rolled app back: its new task didn't stay up", inconclusive: false });
    assert.equal(anotherVersion(rolled, "2.0.0+1", "2.0.0+1", { app: startedAt }), undefined, "from before the deploy");
    assert.equal(anotherVersion(rolled, "2.0.0+1", "2.0.0+1", undefined), undefined, "hearth deployed nothing");
  });
});

describe("a rollback by Swarm", () => {
  it("is the first that wasn't there before", () => {
    const services = [service(), service({ name: "db", rollback: "1" }), service({ name: "jobs", rollback: "2" })];
    assert.match(swarmRollback(services, {})?.trouble ?? "", /rolled db back/);
    assert.match(swarmRollback(services, { db: "1", jobs: "1" })?.trouble ?? "", /rolled jobs back/);
    assert.equal(swarmRollback(services, { db: "1", jobs: "2" }), undefined);
  });
});
