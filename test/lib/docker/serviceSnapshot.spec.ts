import assert from "node:assert/strict";
import { notReplaced, type ServiceSnapshot } from "../../../providers/lib/docker/serviceSnapshot.ts";

const service = (name: string, template: string, ...tasks: string[]): ServiceSnapshot => ({
  service: name,
  template,
  tasks,
});

describe("what a deploy has still to replace", () => {
  const before = [service("app", "GREETING=one", "a1"), service("db", "same", "d1")];

  it("is the task that goes on while Swarm hasn't begun yet, though nothing says that an update is under way", () => {
    assert.deepEqual(notReplaced(before, [service("app", "GREETING=two", "a1"), service("db", "same", "d1")]), ["app"]);
  });

  it("is still the old one beside the new, where the new one is started first", () => {
    assert.deepEqual(notReplaced(before, [service("app", "GREETING=two", "a1", "a2"), service("db", "same", "d1")]), [
      "app",
    ]);
  });

  it("is nothing once the new task has its place; a service that didn't change keeps its own", () => {
    assert.deepEqual(notReplaced(before, [service("app", "GREETING=two", "a2"), service("db", "same", "d1")]), []);
    assert.deepEqual(notReplaced(before, [service("app", "GREETING=two"), service("db", "same", "d1")]), []);
  });

  it("is nothing where nothing stood before, and nothing of a service that is gone", () => {
    assert.deepEqual(notReplaced([], [service("app", "GREETING=two", "a1")]), []);
    assert.deepEqual(notReplaced(before, [service("db", "same", "d1")]), []);
  });
});
