import assert from "node:assert/strict";
import { notReplaced, type ServiceSnapshot } from "../../../providers/lib/docker/serviceSnapshot.ts";

const service = (name: string, template: string, ...tasks: string[]): ServiceSnapshot => ({
  service: name,
  template,
  tasks,
});

describe("a service that a deploy hasn't replaced yet", () => {
  const before = [service("app", "GREETING=one", "a1"), service("db", "same", "d1")];

  it("still runs its old task before Swarm begins, although no update is in progress", () => {
    assert.deepEqual(notReplaced(before, [service("app", "GREETING=two", "a1"), service("db", "same", "d1")]), ["app"]);
  });

  it("still runs its old task beside a new one that is started first", () => {
    assert.deepEqual(notReplaced(before, [service("app", "GREETING=two", "a1", "a2"), service("db", "same", "d1")]), [
      "app",
    ]);
  });

  it("counts as replaced once only the new task runs; an unchanged service keeps its task", () => {
    assert.deepEqual(notReplaced(before, [service("app", "GREETING=two", "a2"), service("db", "same", "d1")]), []);
    assert.deepEqual(notReplaced(before, [service("app", "GREETING=two"), service("db", "same", "d1")]), []);
  });

  it("doesn't exist if nothing ran before or the service was removed", () => {
    assert.deepEqual(notReplaced([], [service("app", "GREETING=two", "a1")]), []);
    assert.deepEqual(notReplaced(before, [service("db", "same", "d1")]), []);
  });
});
