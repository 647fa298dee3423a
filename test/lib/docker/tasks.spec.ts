import assert from "node:assert/strict";
import { countsOf } from "../../../providers/lib/docker/tasks.ts";

const present = { Image: "web:2" };
const task = (slot: number, minute: number, state: string, spec: object = present) => ({
  Slot: slot,
  CreatedAt: `2026-11-27T10:${String(minute).padStart(2, "0")}:00.0Z`,
  DesiredState: "shutdown",
  Status: { State: state },
  Spec: { ContainerSpec: spec },
});

describe("a service's tasks", () => {
  it("are completed if the newest task of a slot ended with success", () => {
    assert.equal(countsOf([task(1, 1, "failed"), task(1, 2, "complete")], present).completed, 1);
    assert.equal(countsOf([task(1, 2, "failed"), task(1, 1, "complete")], present).completed, 0);
    assert.equal(countsOf([task(1, 1, "complete"), task(2, 1, "running")], present).completed, 1);
  });

  it("aren't completed by a task of an earlier spec", () => {
    assert.equal(countsOf([task(1, 1, "complete", { Image: "web:1" })], present).completed, 0);
  });

  it("are current if they run the present spec", () => {
    assert.equal(countsOf([task(1, 1, "running"), task(2, 1, "running", { Image: "web:1" })], present).current, 1);
  });
});
