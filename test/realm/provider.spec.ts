import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { realmInputs } from "../../providers/realm/inputs.ts";
import { provider } from "../../providers/realm/provider.ts";
import { fakeSwarm, type FakeSwarm } from "../lib/docker/fakeSwarm.ts";

describe("Realm's provider", function () {
  this.timeout(20_000);
  const backend = process.env["PULUMI_BACKEND_URL"];
  let swarm: FakeSwarm;
  let stateDir: string;
  before(async () => {
    swarm = await fakeSwarm();
    stateDir = await mkdtemp(join(tmpdir(), "hearth-realm-"));
  });
  after(async () => {
    if (backend === undefined) delete process.env["PULUMI_BACKEND_URL"];
    else process.env["PULUMI_BACKEND_URL"] = backend;
    await swarm.end();
    await rm(stateDir, { recursive: true });
  });

  it("F52: creates no realm whose run has no lease, with a backend that is no file", async () => {
    await swarm.set({ id: "here" });
    process.env["PULUMI_BACKEND_URL"] = "s3://bucket";
    const run = "docs-0a1b2c";
    const inputs = realmInputs.parse({ keycloak: { domain: "keycloak.test" }, name: run, run, stateDir });
    const lost = { name: "LeaseLostError", message: /^docs-0a1b2c has no lease/ };
    await assert.rejects(provider.create({ ...inputs, swarm: "here", __provider: "text" }), lost);
  });
});
