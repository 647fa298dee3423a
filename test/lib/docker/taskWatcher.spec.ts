import assert from "node:assert/strict";
import { taskWatcher, tasksWords, type WatchedTask } from "../../../providers/lib/docker/taskWatcher.ts";
import { servicesOf } from "../../../providers/lib/docker/stack.ts";
import { fakeSwarm, type FakeSwarm } from "./fakeSwarm.ts";

const inUse = "no suitable node (host-mode port already in use on 1 node)";

describe("tasks that don't run", () => {
  let swarm: FakeSwarm;
  beforeEach(async () => (swarm = await fakeSwarm()));
  afterEach(() => swarm.end());

  it("are named in Swarm's words once they waited for a node for three seconds", async () => {
    const service = [{ name: "t_app", stack: "t", running: 0 }];
    await swarm.set({ service, task: [{ service: "id-t_app", stack: "t", state: "pending", error: inUse }] });
    const services = await servicesOf("t");
    let now = 0;
    const words = taskWatcher("t", { now: () => now });
    assert.equal(await words(services), `app: ${inUse}`);
    await swarm.set({ service, task: [{ service: "id-t_app", stack: "t", state: "new" }] });
    assert.equal(await words(services), undefined, "it has just begun to wait");
    now = 3_000;
    assert.equal(await words(services), "app: task is new: Swarm gives no reason");
    await swarm.set({ service, task: [{ service: "id-t_app", stack: "t", state: "starting" }] });
    assert.equal(await words(services), undefined);
  });

  const task = (state: string, more: Partial<WatchedTask["Status"]> = {}, id = "s1"): WatchedTask => ({
    ID: `${id}.1`,
    ServiceID: id,
    CreatedAt: "2026-01-01T00:00:00Z",
    DesiredState: state === "failed" ? "shutdown" : "running",
    Status: { State: state, ...more },
  });
  const services = (["app", "db"] as const).map((name, at) => ({
    id: `s${at + 1}`,
    name,
    running: at,
    desired: 1,
    completed: 0,
    isCurrent: undefined,
    update: undefined,
    rollback: undefined,
    labels: {},
    stopGrace: 10,
  }));
  const wordsOf = (...tasks: WatchedTask[]) => tasksWords(tasks, services, () => true);

  it("are named without a reason if Swarm gives none, as when a network has no address left", () => {
    assert.equal(wordsOf(task("new")), "app: task is new: Swarm gives no reason");
    assert.equal(wordsOf(task("new", { Message: "created" })), "app: task is new: created");
  });

  it("are named on one bounded line without control characters", () => {
    const Err = `bad\u001b[31m\nnews${"!".repeat(300)}`;
    const words = wordsOf(task("pending", { Err }));
    assert.match(words!, /^app: bad \[31m news!+…$/);
    assert.ok(words!.length < 250);
  });

  it("show the newest failure, of a service that doesn't run if there is one", () => {
    const failed = (id: string, CreatedAt: string, Err: string) => ({ ...task("failed", { Err }, id), CreatedAt });
    const old = failed("s1", "2026-01-01T00:00:00Z", "task: non-zero exit (1)");
    const newer = failed("s1", "2026-01-02T00:00:00Z", "task: non-zero exit (2)");
    const other = failed("s2", "2026-01-03T00:00:00Z", "task: non-zero exit (3)");
    assert.equal(wordsOf(old, newer, other), "app: task: non-zero exit (2)");
    assert.equal(wordsOf(other), "db: task: non-zero exit (3)");
    assert.equal(wordsOf(task("running")), undefined);
  });
});
