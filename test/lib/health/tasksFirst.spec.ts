import assert from "node:assert/strict";
import type { Service } from "../../../providers/lib/docker/index.ts";
import { health } from "../../../providers/lib/health/inputs.ts";
import { lookAt } from "../../../providers/lib/health/look.ts";

const app = { domain: "a.test", health: health.parse({}), ingress: false };
const service = (more: Partial<Service>): Service =>
  ({ name: "app", running: 1, completed: 0, desired: 1, labels: {}, isCurrent: true, ...more }) as Service;

/** The app answers all the while: an old task, or the other service, may serve it. */
const answers = { ask: async () => undefined };
const look = (services: Service[], options = {}) =>
  lookAt(app, services, async () => undefined, { ...answers, ...options });

describe("an app that answers", () => {
  it("is healthy if all of its tasks run", async () => {
    assert.deepEqual(await look([service({}), service({ name: "db" })]), { state: "healthy" });
  });

  for (const [what, broken, trouble, final] of [
    ["its database is down", service({ name: "db", running: 0 }), "db isn't running", false],
    ["one of two tasks is missing", service({ name: "db", running: 1, desired: 2 }), "db isn't running", false],
    ["an update is paused", service({ name: "db", update: "paused", isCurrent: false }), "db's update is paused", true],
    [
      "a rollback is paused",
      service({ name: "db", update: "rollback_paused", isCurrent: false }),
      "db's update is rollback_paused",
      true,
    ],
    ["an update runs", service({ name: "db", update: "updating" }), "db is being updated", false],
    [
      "Swarm rolls it back",
      service({ name: "db", update: "rollback_started" }),
      "db is being rolled back by Swarm",
      false,
    ],
  ] as const)
    it(`is down at the gate while ${what}`, async () => {
      const found = await look([service({}), broken]);
      assert.deepEqual([found.state, found.trouble, found.final], ["down", trouble, final]);
    });

  it("isn't down for a paused update whose tasks run the present spec, nor for a service at 0", async () => {
    assert.equal((await look([service({ update: "paused", isCurrent: true })])).state, "healthy");
    assert.equal((await look([service({}), service({ name: "job", running: 0, desired: 0 })])).state, "healthy");
    assert.equal((await look([service({}), service({ name: "job", running: 0, completed: 1 })])).state, "healthy");
  });

  it("is healthy for other looks while Swarm updates it, but not if it doesn't answer or another task is down", async () => {
    const updating = [service({}), service({ name: "db", update: "updating", running: 0 })];
    const tolerant = { toleratesUpdates: true };
    assert.equal((await look(updating, tolerant)).state, "healthy");
    const silent = { ...tolerant, ask: async () => ({ what: "HTTP 502", by: "app" as const }) };
    assert.equal((await look(updating, silent)).state, "down");
    const down = await look([...updating, service({ name: "cache", running: 0 })], tolerant);
    assert.deepEqual([down.state, down.isStopped], ["down", true]);
  });
});
