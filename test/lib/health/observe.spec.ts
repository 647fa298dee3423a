import assert from "node:assert/strict";
import { health } from "../../../providers/lib/health/inputs.ts";
import { findDeployed, observe } from "../../../providers/lib/health/observe.ts";
import { fakeSwarm, type FakeSwarm } from "../docker/fakeSwarm.ts";

const app = { domain: "nothing.invalid", health: health.parse({}), ingress: false };
const stack = "nothing_invalid";
const service = { name: `${stack}_app`, stack };

describe("observing an app", () => {
  let swarm: FakeSwarm;
  beforeEach(async () => (swarm = await fakeSwarm()));
  afterEach(() => swarm.end());

  it("finds it absent", async () => {
    assert.deepEqual(await observe(app), {
      deployed: false,
      version: undefined,
      chaos: false,
      state: "not deployed",
      condition: "not deployed",
    });
  });

  it("finds it unreachable if its name isn't resolved, even if the swarm has no leader for a moment", async () => {
    await swarm.set({ service: [service], failing: 1 });
    const { state, condition, version } = await observe(app);
    assert.equal(state, "unreachable");
    assert.match(condition, /^unreachable: no answer/);
    assert.equal(version, "1.0.0+1");
    assert.equal((await findDeployed(app)).deployed, true);
  }).timeout(60_000);

  it("names a task that Swarm can't place", async () => {
    const error = "no suitable node (host-mode port already in use on 1 node)";
    const task = [{ service: `id-${stack}_app`, stack, state: "pending", error }];
    await swarm.set({ service: [{ ...service, running: 0 }], task });
    assert.equal((await observe(app)).condition, `down: app: ${error}`);
  });
});
