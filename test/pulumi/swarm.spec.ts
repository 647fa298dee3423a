import assert from "node:assert/strict";
import { requireSwarm } from "../../providers/pulumi/check.ts";
import { provider as app } from "../../providers/app/provider.ts";
import { provider as lease } from "../../providers/lease/provider.ts";
import { provider as realm } from "../../providers/realm/provider.ts";
import { provider as runApp } from "../../providers/runApp/provider.ts";
import { type FakeSwarm, fakeSwarm } from "../lib/docker/fakeSwarm.ts";

const state = {
  swarm: "elsewhere",
  run: "docs-0a1b2c",
  name: "docs-0a1b2c",
  recipe: "docs",
  domain: "docs-0a1b2c.ci.test",
  keycloak: { domain: "keycloak.test" },
  stateDir: "/nowhere",
  adopted: false,
};

/** Absence on another swarm proves nothing: read would forget the resource, delete would leave it. */
describe("a resource of another swarm than docker talks to", () => {
  let swarm: FakeSwarm;
  beforeEach(async () => void (swarm = await fakeSwarm()));
  afterEach(() => swarm.end());

  for (const [name, { read, delete: remove }] of Object.entries({ app, lease, realm, runApp }))
    it(`F40: ${name} is neither refreshed nor destroyed; both swarms are named`, async () => {
      const refused = {
        name: "WrongSwarmError",
        message:
          /in the swarm elsewhere, but docker talks to the swarm here: is DOCKER_HOST or a docker context set\?$/,
      };
      await assert.rejects(read("id", state as never), refused);
      await assert.rejects(remove("id", state as never), refused);
    });

  it("F40: is compared only if its swarm is known", async () => {
    await requireSwarm("it lives", undefined);
    await requireSwarm("it lives", "here");
  });
});
