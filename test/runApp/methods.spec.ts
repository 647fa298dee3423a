import assert from "node:assert/strict";
import { changedSecrets } from "../../providers/runApp/secrets.ts";
import { diff, read, remove, type RunAppState } from "../../providers/runApp/methods.ts";
import { provider } from "../../providers/app/provider.ts";
import { appInputs } from "../../providers/app/inputs.ts";
import { fakeSwarm, type FakeSwarm } from "../lib/docker/fakeSwarm.ts";

const text = "exports.handler = …";
const state = (more: Partial<RunAppState> = {}): RunAppState => ({
  ...appInputs.parse({
    recipe: "docs",
    domain: "docs-0a1b2c.ci.test",
    stateDir: "/nowhere",
    lifetime: "run",
    version: "0.3.0+1.22",
  }),
  run: "docs-0a1b2c",
  held: [],
  condition: "healthy",
  swarm: "here",
  url: "https://docs-0a1b2c.ci.test",
  __provider: text,
  ...more,
});

describe("a run's app, as Pulumi's engine sees it", function () {
  this.timeout(20_000);
  let swarm: FakeSwarm;
  before(async () => (swarm = await fakeSwarm()));
  after(() => swarm.end());

  it("differs with what is deployed, with how it is, and with nothing else", () => {
    const differs = (more: Partial<RunAppState>) => diff(state(), state(more)).changes;
    assert.equal(differs({}), false);
    assert.equal(differs({ held: ["1.0.0+1: release notes"], updates: { ...state().updates, minAgeHours: 1 } }), false);
    for (const more of [
      { env: { A: "1" } },
      { version: "0.4.0+1.22" },
      { secretValues: { oidc: "x" } },
      { condition: "not deployed" },
      { revision: "abc" },
    ] as const)
      assert.equal(differs(more), true, JSON.stringify(more));
  });

  it("from a checkout is known by its revision: its version is abra's word for it", () => {
    const asked = { checkout: "/home/me/docs", version: "latest", revision: "1234abcd-00ff" };
    assert.equal(diff(state({ ...asked, version: "1234abcd+U" }), state(asked)).changes, false);
    assert.equal(
      diff(state({ ...asked, version: "1234abcd+U" }), state({ ...asked, revision: "1234abcd-11ff" })).changes,
      true,
    );
  });

  it("is another app elsewhere, and the old one goes first", () => {
    for (const more of [
      { domain: "docs-ffffff.ci.test" },
      { run: "docs-ffffff" },
      { recipe: "wiki" },
      { stateDir: "/else" },
    ])
      assert.deepEqual(diff(state(), state(more)), { changes: true, replaces: ["domain"], deleteBeforeReplace: true });
  });

  it("is another app than a kept one, whose own differences stay what they were", async () => {
    const { lifetime: _, secretValues: __, run: ___, ...old } = state();
    const kept = { ...state(), lifetime: "kept" } as never;
    assert.deepEqual(await provider.diff("id", old as never, kept), {
      changes: false,
      replaces: [],
      deleteBeforeReplace: true,
    });
    assert.deepEqual(await provider.diff("id", old as never, state() as never), {
      changes: true,
      replaces: ["lifetime"],
      deleteBeforeReplace: true,
    });
    assert.deepEqual(await provider.diff("id", state() as never, state() as never), diff(state(), state()));
  });

  it("gives anew the secrets whose value came, went or differs", () => {
    const [olds, news] = [
      state({ secretValues: { a: "1", b: "1" } }),
      state({ secretValues: { a: "1", b: "2" }, secrets: { c: { file: "/c" } } }),
    ];
    assert.deepEqual(changedSecrets(olds, news).toSorted(), ["b", "c"]);
    assert.deepEqual(changedSecrets(news, olds).toSorted(), ["b", "c"]);
    assert.deepEqual(changedSecrets(news, news), []);
  });

  it("is gone only where its own swarm says so", async () => {
    await swarm.set({});
    assert.deepEqual(await read("id", state()), {});
    await swarm.set({ id: "there" });
    const elsewhere = { message: /lives in the swarm here, but docker talks to the swarm there/ };
    await assert.rejects(read("id", state()), elsewhere);
    await assert.rejects(remove(state()), elsewhere, "F40: to find nothing in another swarm is no deletion");
  });

  it("says which version runs, and how it is", async () => {
    const stack = "docs-0a1b2c_ci_test";
    await swarm.set({ service: [{ name: `${stack}_app`, stack }] });
    const { props } = (await read("id", state())) as { props: RunAppState };
    assert.match(props.condition, /^down: no answer/);
    assert.deepEqual(props, state({ version: "1.0.0+1", condition: props.condition }));
  });
});
