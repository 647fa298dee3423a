import assert from "node:assert/strict";
import { join } from "node:path";
import { provider } from "../../providers/app/provider.ts";
import { warmAppInputs } from "../../providers/app/inputs.ts";
import { appFolder, isUndeployedOnPurpose } from "../../providers/lib/state/index.ts";
import { fakeSwarm, type FakeSwarm } from "../lib/docker/fakeSwarm.ts";

describe("the deletion of a warm app that hearth only adopted", () => {
  let swarm: FakeSwarm;
  beforeEach(async () => (swarm = await fakeSwarm()));
  afterEach(() => swarm.end());

  it("P13: leaves it deployed, and to be repaired", async () => {
    const inputs = warmAppInputs.parse({ recipe: "web", domain: "a.test", stateDir: join(swarm.folder, "state") });
    await swarm.set({ service: [{ name: "a_test_app", stack: "a_test" }] });
    const state = { ...inputs, adopted: true, held: [], condition: "healthy", swarm: "here" };
    await provider.delete("a.test", state as unknown as Parameters<typeof provider.delete>[1]);
    assert.deepEqual(await swarm.calls(), []);
    assert.deepEqual(await swarm.names(), { service: ["a_test_app"] });
    assert.equal(await isUndeployedOnPurpose(appFolder(inputs.stateDir, inputs.domain)), false);
  });
});
