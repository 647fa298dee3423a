import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { resolveRun } from "../../providers/runApp/resolve.ts";
import type { AppArgs } from "../../providers/app/inputs.ts";
import { fakeSwarm, type FakeSwarm } from "../lib/docker/fakeSwarm.ts";
import { compose, ground, sample, type Ground } from "./fixture.ts";

describe("what check finds out for a run's app", function () {
  this.timeout(30_000);
  let on: Ground;
  let swarm: FakeSwarm;
  let said: string[];
  beforeEach(async () => {
    [on, swarm, said] = [await ground(), await fakeSwarm(), []];
  });
  afterEach(async () => {
    await swarm.end();
    await on.end();
  });

  const secretValues = { oidc: "s3cret" };
  const resolve = (more: Partial<AppArgs> = {}, before: { swarm?: string } = {}) =>
    resolveRun(on.inputs({ secretValues, ...more }), before, line => void said.push(line));
  const failures = async (more: Partial<AppArgs>) =>
    (await resolve(more)).failures.map(({ property, reason }) => `${property}: ${reason}`);

  it("latest is the newest annotated tag that is a version, by version and not as text; nothing is held, nothing too young", async () => {
    for (const version of ["1.10.0+1.1", "2.0.0+2.0"])
      await on.release(version, { [`release/${version}`]: "read this" });
    await on.release("v3", {});
    await on.release("3.0.0-rc1+3.0", {});
    await on.release("2.1.0+2.0", {}, false);
    const { inputs, failures: none } = await resolve({ version: "latest" });
    assert.deepEqual(none, []);
    assert.deepEqual(
      [inputs.version, inputs.held, inputs.condition, inputs.swarm],
      ["2.0.0+2.0", [], "healthy", "here"],
    );
    assert.deepEqual(said, []);
  });

  it("a tag that isn't there is refused, with the last five that are", async () => {
    for (let minor = 10; minor < 16; minor++) await on.release(`1.${minor}.0+1.1`, {});
    assert.deepEqual(await failures({ version: "1.99.0+1" }), [
      "version: recipe web has no version 1.99.0+1; it has 1.11.0+1.1, 1.12.0+1.1, 1.13.0+1.1, 1.14.0+1.1, 1.15.0+1.1",
    ]);
  });

  it("a recipe without any version is refused too", async () => {
    await on.git(on.upstream, "tag", "--delete", "1.9.0+1.0");
    assert.deepEqual(await failures({ version: "latest" }), [
      "version: recipe web has no version that can be deployed: it has none",
    ]);
  });

  it("F40: another swarm is refused, both named", async () => {
    const { failures: found, inputs } = await resolve({}, { swarm: "there" });
    assert.match(found[0]!.reason, /lives in the swarm there, but docker talks to the swarm here/);
    assert.equal(inputs.condition, "unknown");
  });

  it("at first it counts as healthy, whatever stands there; afterwards as the host says", async () => {
    assert.equal((await resolve()).inputs.condition, "healthy");
    assert.equal((await resolve({}, { swarm: "here" })).inputs.condition, "not deployed");
  });

  it("a name that Swarm would refuse is, with its length", async () => {
    const [found] = await failures({
      domain: `web-0a1b2c.${"long-".repeat(4)}base.test`,
      env: { SECRET_OIDC_VERSION: `v${"1".repeat(30)}` },
    });
    assert.match(found!, /^domain: .* is too long: secret \S+ has \d+ characters; Swarm takes 64$/);
  });

  it("F36: a secret that nobody can make is refused by its name, and only where a compose file wants it", async () => {
    assert.deepEqual(await failures({ secretValues: {} }), [
      "secretValues: the secret oidc of web 1.9.0+1.0 can't be generated: give it in secretValues or secrets",
    ]);
    assert.deepEqual(await failures({ secretValues: {}, secrets: { oidc: { file: "/x" } } }), []);
    await on.release("1.10.0+1.1", { ".env.sample": `${sample}\nSECRET_OTHER_VERSION=v1 # generate=false\n` });
    assert.deepEqual(await failures({ version: "1.10.0+1.1" }), []);
  });

  describe("of a checkout", () => {
    it("stays at the version that was asked for, and is known by what lies in it", async () => {
      const { inputs, failures: none } = await resolve({ version: "latest", checkout: on.upstream });
      assert.deepEqual(none, []);
      assert.equal(inputs.version, "latest");
      assert.match(inputs.revision!, /^[0-9a-f]{8}-[0-9a-f]{16}$/);
      assert.equal((await resolve({ version: "latest", checkout: on.upstream })).inputs.revision, inputs.revision);
      await on.write(on.upstream, { "compose.yml": compose("9.9") });
      assert.notEqual((await resolve({ version: "latest", checkout: on.upstream })).inputs.revision, inputs.revision);
    });

    it("is looked at as it lies there: names, secrets, YAML", async () => {
      assert.match(
        (await failures({ checkout: on.upstream, secretValues: {} }))[0]!,
        /^secretValues: the secret oidc of \S+ can't be generated/,
      );
      await on.write(on.upstream, { "compose.yml": "services: [" });
      await assert.rejects(resolve({ checkout: on.upstream }), {
        name: "RecipeError",
        message: /compose\.yml can't be read: /,
      });
    });

    it("needs no upstream: it may be released nowhere yet", async () => {
      const checkout = join(on.root, "mine");
      await on.write(checkout, { "compose.yml": compose("1.0"), ".env.sample": sample });
      await rm(on.upstream, { recursive: true });
      await rm(on.operator, { recursive: true });
      assert.deepEqual((await resolve({ recipe: "mine", checkout })).failures, []);
    });

    it("that isn't there, or is no recipe, is refused", async () => {
      assert.match((await failures({ checkout: join(on.root, "none") }))[0]!, /^checkout: there is no folder/);
      assert.match((await failures({ checkout: on.operator }))[0]!, /^checkout: \S+ has no compose\.yml/);
    });
  });
});
