import assert from "node:assert/strict";
import { changedSecrets } from "../../providers/runApp/secrets.ts";
import { provider, type RunAppState } from "../../providers/runApp/provider.ts";
import { runAppInputs } from "../../providers/runApp/inputs.ts";
import { fakeSwarm, type FakeSwarm } from "../lib/docker/fakeSwarm.ts";

const diff = (olds: RunAppState, news: RunAppState) => provider.diff("id", olds, news);

const text = "exports.handler = …";
const state = (more: Partial<RunAppState> = {}): RunAppState => ({
  ...runAppInputs.parse({
    recipe: "docs",
    domain: "docs-0a1b2c.ci.test",
    stateDir: "/nowhere",
    run: "docs-0a1b2c",
    version: "0.3.0+1.22",
  }),
  condition: "healthy",
  swarm: "here",
  url: "https://docs-0a1b2c.ci.test",
  __provider: text,
  ...more,
});

describe("RunApp's provider", function () {
  this.timeout(20_000);
  let swarm: FakeSwarm;
  before(async () => (swarm = await fakeSwarm()));
  after(() => swarm.end());

  it("differs if an input, the version or the condition does, and not otherwise", async () => {
    const differs = async (more: Partial<RunAppState>) => (await diff(state(), state(more))).changes;
    assert.equal(await differs({}), false);
    assert.equal(await differs({ url: "https://other.ci.test", __provider: "exports.handler = null" }), false);
    for (const more of [
      { env: { A: "1" } },
      { version: "0.4.0+1.22" },
      { secretValues: { oidc: "x" } },
      { condition: "not deployed" },
      { revision: "abc" },
    ] as const)
      assert.equal(await differs(more), true, JSON.stringify(more));
  });

  it("compares the revision of a checkout, not the version that abra gave it", async () => {
    const asked = { checkout: "/home/me/docs", version: "latest", revision: "1234abcd-00ff" };
    assert.equal((await diff(state({ ...asked, version: "1234abcd+U" }), state(asked))).changes, false);
    assert.equal(
      (await diff(state({ ...asked, version: "1234abcd+U" }), state({ ...asked, revision: "1234abcd-11ff" }))).changes,
      true,
    );
  });

  it("replaces the app if its identity changes, and deletes the old one first", async () => {
    for (const more of [
      { domain: "docs-ffffff.ci.test" },
      { run: "docs-ffffff" },
      { recipe: "wiki" },
      { stateDir: "/else" },
    ])
      assert.deepEqual(await diff(state(), state(more)), {
        changes: true,
        replaces: ["domain"],
        deleteBeforeReplace: true,
      });
  });

  it("renews the secrets whose value was added, removed or changed", () => {
    const [olds, news] = [
      state({ secretValues: { a: "1", b: "1" } }),
      state({ secretValues: { a: "1", b: "2" }, secrets: { c: { file: "/c" } } }),
    ];
    assert.deepEqual(changedSecrets(olds, news).toSorted(), ["b", "c"]);
    assert.deepEqual(changedSecrets(news, olds).toSorted(), ["b", "c"]);
    assert.deepEqual(changedSecrets(news, news), []);
  });

  it("reads the app as deleted only on its own swarm", async () => {
    await swarm.set({});
    assert.deepEqual(await provider.read("id", state()), {});
    await swarm.set({ id: "there" });
    const elsewhere = { message: /lives in the swarm here, but docker talks to the swarm there/ };
    await assert.rejects(provider.read("id", state()), elsewhere);
    await assert.rejects(provider.delete("id", state()), elsewhere, "absence on another swarm proves no deletion");
  });

  it("F52: neither creates nor updates an app whose run has no lease, with a backend that is no file", async () => {
    await swarm.set({ id: "here" });
    const backend = process.env["PULUMI_BACKEND_URL"];
    process.env["PULUMI_BACKEND_URL"] = "s3://bucket";
    try {
      const lost = { name: "LeaseLostError", message: /^docs-0a1b2c has no lease/ };
      await assert.rejects(provider.create(state()), lost);
      await assert.rejects(provider.update("id", state(), state({ env: { A: "1" } })), lost);
    } finally {
      if (backend === undefined) delete process.env["PULUMI_BACKEND_URL"];
      else process.env["PULUMI_BACKEND_URL"] = backend;
    }
  });

  it("reads the version that runs and its condition", async () => {
    const stack = "docs-0a1b2c_ci_test";
    await swarm.set({ service: [{ name: `${stack}_app`, stack }] });
    const { props } = (await provider.read("id", state())) as { props: RunAppState };
    assert.match(props.condition, /^unreachable: no answer/, "its name isn't resolved");
    assert.deepEqual(props, state({ version: "1.0.0+1", condition: props.condition }));
  });
});
