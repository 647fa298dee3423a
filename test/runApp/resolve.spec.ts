import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { resolve as resolveRun } from "../../providers/runApp/resolve.ts";
import type { RunAppArgs } from "../../providers/runApp/inputs.ts";
import { fakeSwarm, type FakeSwarm } from "../lib/docker/fakeSwarm.ts";
import { compose, createFixture, sample, type Fixture } from "./fixture.ts";

describe("resolving a run's app", function () {
  this.timeout(30_000);
  let fixture: Fixture;
  let swarm: FakeSwarm;
  let lines: string[];
  beforeEach(async () => {
    [fixture, swarm, lines] = [await createFixture(), await fakeSwarm(), []];
  });
  afterEach(async () => {
    await swarm.end();
    await fixture.cleanUp();
  });

  const secretValues = { oidc: "s3cret" };
  const resolve = (more: Partial<RunAppArgs> = {}, before: { swarm?: string } = {}) =>
    resolveRun(fixture.inputs({ secretValues, ...more }), before, line => void lines.push(line));
  const failures = async (more: Partial<RunAppArgs>) =>
    (await resolve(more)).failures.map(({ property, reason }) => `${property}: ${reason}`);

  it("resolves latest to the highest annotated version, whatever its age", async () => {
    for (const version of ["1.10.0+1.1", "2.0.0+2.0"])
      await fixture.release(version, { [`release/${version}`]: "read this" });
    await fixture.release("v3", {});
    await fixture.release("3.0.0-rc1+3.0", {});
    await fixture.release("2.1.0+2.0", {}, false);
    const { inputs, failures: none } = await resolve({ version: "latest" });
    assert.deepEqual(none, []);
    assert.deepEqual([inputs.version, inputs.condition, inputs.swarm], ["2.0.0+2.0", "healthy", "here"]);
    assert.deepEqual(lines, []);
  });

  it("rejects an unknown version, and lists the newest five", async () => {
    for (let minor = 10; minor < 16; minor++) await fixture.release(`1.${minor}.0+1.1`, {});
    assert.deepEqual(await failures({ version: "1.99.0+1" }), [
      "version: version 1.99.0+1 of recipe web not found; newest versions: 1.11.0+1.1, 1.12.0+1.1, 1.13.0+1.1, 1.14.0+1.1, 1.15.0+1.1",
    ]);
  });

  it("rejects a recipe without versions", async () => {
    await fixture.git(fixture.upstream, "tag", "--delete", "1.9.0+1.0");
    assert.deepEqual(await failures({ version: "latest" }), [
      "version: no deployable version of recipe web found; the recipe has no versions",
    ]);
  });

  it("F40: rejects another swarm, and names both", async () => {
    const { failures: found, inputs } = await resolve({}, { swarm: "there" });
    assert.match(found[0]!.reason, /lives in the swarm there, but docker talks to the swarm here/);
    assert.equal(inputs.condition, "unknown");
  });

  it("F37: rejects an app that Swarm may place on another node, whose volumes hearth can't see", async () => {
    const node = [{ name: "here" }, { name: "n2" }, { name: "n3", availability: "drain" }];
    await swarm.set({ node: [...node, { name: "n1" }] });
    const [found, ...none] = await failures({});
    assert.match(
      found!,
      /^server: Swarm may place this app on host-n1, host-n2, but hearth sees containers and volumes of its own node only/,
    );
    assert.deepEqual(none, []);
    await swarm.set({ node: [node[0]!, node[2]!, { name: "n4", availability: "pause" }] });
    assert.deepEqual(await failures({}), []);
  });

  it("assumes a new app healthy, and observes an existing one", async () => {
    assert.equal((await resolve()).inputs.condition, "healthy");
    assert.equal((await resolve({}, { swarm: "here" })).inputs.condition, "not deployed");
  });

  it("rejects a name that is too long for Swarm, with its length", async () => {
    const [found] = await failures({
      domain: `web-0a1b2c.${"long-".repeat(4)}base.test`,
      env: { SECRET_OIDC_VERSION: `v${"1".repeat(30)}` },
    });
    assert.match(found!, /^domain: .* is too long: secret \S+ has \d+ characters; Swarm allows 64$/);
  });

  it("F36: rejects a secret that has no value and can't be generated, only if a compose file uses it", async () => {
    assert.deepEqual(await failures({ secretValues: {} }), [
      "secretValues: secret oidc of web 1.9.0+1.0 can't be generated: set it in secretValues or secrets",
    ]);
    assert.deepEqual(await failures({ secretValues: {}, secrets: { oidc: { file: "/x" } } }), []);
    await fixture.release("1.10.0+1.1", { ".env.sample": `${sample}\nSECRET_OTHER_VERSION=v1 # generate=false\n` });
    assert.deepEqual(await failures({ version: "1.10.0+1.1" }), []);
  });

  it("F36: finds the secrets by the names in the compose files, and the variables that hold their versions", async () => {
    const renamed = compose("1.1")
      .replace("_oidc_${SECRET_OIDC_VERSION}", "_ssl_cert_${SECRET_WILDCARD_CERT_VERSION}")
      .replace("_pass_${SECRET_PASS_VERSION}", "_ssl_key_${SECRET_WILDCARD_CERT_VERSION}");
    const withCert = `${sample}\nSECRET_WILDCARD_CERT_VERSION=v1 # generate=false\n`;
    await fixture.release("1.10.0+1.1", { "compose.yml": renamed, ".env.sample": withCert });
    const ofBoth = await failures({ version: "1.10.0+1.1", secretValues: {} });
    assert.deepEqual(
      ofBoth.map(reason => /secret (\S+) of/.exec(reason)?.[1]),
      ["ssl_key", "ssl_cert"],
    );
    assert.deepEqual(await failures({ version: "1.10.0+1.1", secretValues: { ssl_cert: "c", ssl_key: "k" } }), []);
    await fixture.release("1.11.0+1.1", { ".env.sample": sample });
    assert.deepEqual(await failures({ version: "1.11.0+1.1" }), [
      "env: SECRET_WILDCARD_CERT_VERSION, the version of a secret of web 1.11.0+1.1, has no value such as v1",
    ]);
  });

  describe("from a checkout", () => {
    it("keeps the requested version, and derives the revision from its content", async () => {
      const { inputs, failures: none } = await resolve({ version: "latest", checkout: fixture.upstream });
      assert.deepEqual(none, []);
      assert.equal(inputs.version, "latest");
      assert.match(inputs.revision!, /^[0-9a-f]{8}-[0-9a-f]{16}$/);
      assert.equal((await resolve({ version: "latest", checkout: fixture.upstream })).inputs.revision, inputs.revision);
      await fixture.write(fixture.upstream, { "compose.yml": compose("9.9") });
      assert.notEqual(
        (await resolve({ version: "latest", checkout: fixture.upstream })).inputs.revision,
        inputs.revision,
      );
    });

    it("checks uncommitted files: names, secrets, YAML", async () => {
      assert.match(
        (await failures({ checkout: fixture.upstream, secretValues: {} }))[0]!,
        /^secretValues: secret oidc of \S+ can't be generated/,
      );
      await fixture.write(fixture.upstream, { "compose.yml": "services: [" });
      await assert.rejects(resolve({ checkout: fixture.upstream }), {
        name: "RecipeError",
        message: /cannot read compose\.yml: /,
      });
    });

    it("needs no upstream, because the recipe may not be released yet", async () => {
      const checkout = join(fixture.root, "mine");
      await fixture.write(checkout, { "compose.yml": compose("1.0"), ".env.sample": sample });
      await rm(fixture.upstream, { recursive: true });
      await rm(fixture.operator, { recursive: true });
      assert.deepEqual((await resolve({ recipe: "mine", checkout })).failures, []);
    });

    it("rejects a missing folder, and one without a recipe", async () => {
      assert.match((await failures({ checkout: join(fixture.root, "none") }))[0]!, /^checkout: folder \S+ not found$/);
      assert.match((await failures({ checkout: fixture.operator }))[0]!, /^checkout: \S+ has no compose\.yml/);
    });
  });
});
