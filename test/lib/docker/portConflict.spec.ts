import assert from "node:assert/strict";
import { portConflictResolver } from "../../../providers/lib/docker/portConflict.ts";
import { fakeSwarm, type FakeSwarm, type Task } from "./fakeSwarm.ts";

describe("a task that waits for a host port", () => {
  let swarm: FakeSwarm;
  let logged: string[];
  let time: number;
  let check: () => Promise<void>;
  const taken: Task = {
    service: "t1",
    stack: "t",
    state: "pending",
    error: "no suitable node (host-mode port already in use on 1 node)",
  };

  beforeEach(async () => {
    swarm = await fakeSwarm();
    logged = [];
    time = 0;
    check = portConflictResolver("t", line => logged.push(line), { after: 15_000, now: () => time });
  });
  afterEach(() => swarm.end());

  const forcedUpdates = async () => (await swarm.calls()).filter(call => call.startsWith("service update"));
  const at = async (seconds: number, ...task: Task[]) => {
    await swarm.set({ task });
    time = seconds * 1000;
    await check();
  };

  it("makes hearth force an update of its service after the limit, once", async () => {
    await at(0, taken);
    await at(14, taken);
    assert.deepEqual([await forcedUpdates(), logged], [[], []]);
    await at(15, taken);
    assert.deepEqual(await forcedUpdates(), ["service update --detach --quiet --no-resolve-image --force t1"]);
    assert.match(logged.join(), /waits for a host port/);
    await at(60, taken);
    assert.equal((await forcedUpdates()).length, 1);
  });

  it("is left to Swarm if it started meanwhile, waits for something else, or belongs to another stack", async () => {
    await at(0, taken);
    await at(10, { ...taken, state: "running" });
    await at(20, taken);
    await at(34, taken);
    await at(
      50,
      { ...taken, error: "no suitable node (insufficient resources on 1 node)" },
      { ...taken, stack: "other" },
    );
    await at(
      70,
      { ...taken, error: "no suitable node (insufficient resources on 1 node)" },
      { ...taken, stack: "other" },
    );
    assert.deepEqual(await forcedUpdates(), []);
  });

  it("causes no error if docker fails", async () => {
    await swarm.set({ unreachable: true });
    await check();
    assert.match(logged.join(), /list the tasks of t/);
  });
});
