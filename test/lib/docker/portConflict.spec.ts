import assert from "node:assert/strict";
import { portConflictResolver } from "../../../providers/lib/docker/portConflict.ts";
import { fakeSwarm, type FakeSwarm, type Task } from "./fakeSwarm.ts";

describe("a task that waits for a port of its host", () => {
  let swarm: FakeSwarm;
  let said: string[];
  let time: number;
  let look: () => Promise<void>;
  const taken: Task = {
    service: "t1",
    stack: "t",
    state: "pending",
    error: "no suitable node (host-mode port already in use on 1 node)",
  };

  beforeEach(async () => {
    swarm = await fakeSwarm();
    said = [];
    time = 0;
    look = portConflictResolver("t", line => said.push(line), { after: 15_000, now: () => time });
  });
  afterEach(() => swarm.end());

  const pushes = async () => (await swarm.calls()).filter(call => call.startsWith("service update"));
  const at = async (seconds: number, ...task: Task[]) => {
    await swarm.set({ task });
    time = seconds * 1000;
    await look();
  };

  it("is placed anew once it waited too long, its service unchanged, and one time only", async () => {
    await at(0, taken);
    await at(14, taken);
    assert.deepEqual([await pushes(), said], [[], []]);
    await at(15, taken);
    assert.deepEqual(await pushes(), ["service update --detach --quiet --no-resolve-image --force t1"]);
    assert.match(said.join(), /port of the host/);
    await at(60, taken);
    assert.equal((await pushes()).length, 1);
  });

  it("is left to Swarm where it came to run meanwhile, waits for something else, or is another stack's", async () => {
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
    assert.deepEqual(await pushes(), []);
  });

  it("is no reason to stop looking where docker fails", async () => {
    await swarm.set({ unreachable: true });
    await look();
    assert.match(said.join(), /list the tasks of t/);
  });
});
