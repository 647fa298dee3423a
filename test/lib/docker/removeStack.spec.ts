import assert from "node:assert/strict";
import { removeStack } from "../../../providers/lib/docker/removeStack.ts";
import { fakeSwarm, type FakeSwarm, type Swarm } from "./fakeSwarm.ts";

const stack = "docs-0a1b2c_ci_test";
const own = (...names: string[]) => names.map(name => ({ name: `${stack}_${name}`, stack }));
const whole: Swarm = {
  service: own("app", "db"),
  container: own("app.1", "db.1"),
  network: own("internal"),
  volume: own("data"),
  config: own("conf_v1"),
  secret: [{ name: `${stack}_pass_v1` }],
};

describe("removing a stack", function () {
  this.timeout(30_000);
  let swarm: FakeSwarm;
  beforeEach(async () => (swarm = await fakeSwarm()));
  afterEach(() => swarm.end());

  it("P8: removes its networks, volumes, configs and secrets, and no other stack's", async () => {
    const others: Swarm = {
      service: [{ name: "docs-ffffff_ci_test_app", stack: "docs-ffffff_ci_test" }],
      volume: [{ name: "docs-ffffff_ci_test_data", stack: "docs-ffffff_ci_test" }, { name: "pictures" }],
      secret: [{ name: "docs-ffffff_ci_test_pass_v1" }, { name: "admin" }],
    };
    await swarm.set({
      ...whole,
      service: [...whole.service!, ...others.service!],
      volume: [...whole.volume!, ...others.volume!],
      secret: [...whole.secret!, ...others.secret!],
    });
    await removeStack(stack);
    assert.deepEqual(await swarm.names(), {
      service: ["docs-ffffff_ci_test_app"],
      volume: ["docs-ffffff_ci_test_data", "pictures"],
      secret: ["docs-ffffff_ci_test_pass_v1", "admin"],
    });
  });

  it("P8: keeps objects that belong to another stack by label or by a longer name", async () => {
    const longer = `${stack}_old`;
    const theirs: Swarm = {
      service: [{ name: `${longer}_app`, stack: longer }],
      secret: [{ name: `${longer}_pass_v1` }, { name: `${stack}_theirs_v1`, stack: "elsewhere" }],
    };
    await swarm.set({ ...theirs, secret: [...theirs.secret!, { name: `${stack}_pass_v1` }] });
    await removeStack(stack);
    assert.deepEqual((await swarm.names())["secret"], [`${longer}_pass_v1`, `${stack}_theirs_v1`]);
  });

  it("F14: removes networks and volumes once no container remains, and retries objects in use", async () => {
    await swarm.set({
      ...whole,
      linger: 2,
      volume: [{ name: `${stack}_data`, stack, busy: 2 }],
      network: [{ name: `${stack}_internal`, stack, busy: 1 }],
    });
    await removeStack(stack);
    assert.deepEqual(await swarm.names(), {});
    const calls = await swarm.calls();
    assert.equal(calls.filter(call => call === `volume rm ${stack}_data`).length, 3);
    assert.equal(calls.filter(call => call === `network rm ${stack}_internal`).length, 2);
    assert.equal(calls.filter(call => call.startsWith("stack rm")).length, 1);
  });

  it("F14: fails at the deadline with what remains and docker's message", async () => {
    await swarm.set({ volume: [{ name: `${stack}_data`, stack, busy: 1_000 }] });
    const left = new RegExp(`not removed after \\d+ s: volume ${stack}_data \\(Error: volume ${stack}_data is in use`);
    await assert.rejects(removeStack(stack, { deadline: 500 }), { name: "NotRemovedError", message: left });
  });

  it("does nothing if the stack is absent, or the second time", async () => {
    await swarm.set(whole);
    await removeStack(stack);
    await removeStack(stack);
    assert.equal((await swarm.calls()).filter(call => call.includes(" rm ")).length, 3);
    await assert.rejects(removeStack(""), TypeError);
  });
});
