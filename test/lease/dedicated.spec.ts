import assert from "node:assert/strict";
import { MIN_MEMORY } from "../../providers/lease/dedicatedSlot.ts";
import { MINUTE, newStage, START, type Stage } from "./scheduler.ts";
import { DOWN, newApp, newHost, newRun, UP, type Run } from "./participants.ts";

const WIKI = "wiki-00000a";

const kinds = (stage: Stage) => stage.leases().map(({ run, keycloak }) => [run, keycloak]);

describe("a run that requests a dedicated Keycloak", () => {
  /** Runs that come one after the other, each as soon as the one before has its lease. */
  async function queue(stage: Stage, runs: readonly Run[], stays: readonly number[]): Promise<Promise<unknown>[]> {
    const passes: Promise<unknown>[] = [];
    for (const [at, run] of runs.entries()) {
      passes.push(run.pass(stays[at]!).then(() => run.name));
      await run.until("all");
    }
    return passes;
  }

  it("waits while the limit is reached, logs for which runs, and gets one when the first of them ends", async () => {
    const stage = newStage();
    const [a, b, c] = ["wiki-00000a", "blog-00000b", "chat-00000c"].map(run =>
      newRun(stage, run, { mode: "dedicated", dedicatedLimit: 2 }),
    );
    const passes = await queue(stage, [a!, b!, c!], [5 * MINUTE, 20 * MINUTE, MINUTE]);
    await stage.play({ until: () => stage.now() - START >= 5 * MINUTE - 1_000 });
    assert.equal(c!.logged.length, 1);
    assert.match(
      c!.logged[0]!,
      /^waiting: (wiki-00000a, blog-00000b|blog-00000b, wiki-00000a) have a dedicated Keycloak, and hearth:dedicatedLimit is 2$/,
    );
    assert.equal(stage.leases().length, 3);
    await stage.play({ until: () => c!.next() === undefined });
    assert.equal(await passes[2], "chat-00000c");
    assert.ok(stage.now() - START < 6 * MINUTE + 3_000);
  });

  it("gets one in the order of the leases, skipping dead runs", async () => {
    const stage = newStage();
    const runs = ["0", "1", "2", "3", "4"].map(at => newRun(stage, `wiki-00000${at}`, { mode: "dedicated" }));
    const ended: string[] = [];
    const passes = await queue(stage, runs, [MINUTE, MINUTE, MINUTE, MINUTE, MINUTE]);
    for (const pass of passes) void pass.then(name => ended.push(name as string));
    await stage.play({ until: () => stage.now() > START });
    runs[2]!.die();
    await stage.play();
    assert.deepEqual(ended, ["wiki-000000", "wiki-000001", "wiki-000003", "wiki-000004"]);
  });

  it("doesn't inherit the queue position of a dead holder", async () => {
    const stage = newStage();
    const dead = newRun(stage, WIKI, { mode: "dedicated" });
    void dead.enter();
    await stage.play();
    dead.die();
    const inside = newRun(stage, "blog-00000b", { mode: "dedicated" });
    const got = inside.enter();
    await stage.play();
    assert.equal(await got, "dedicated");
    const again = newRun(stage, WIKI, { mode: "dedicated" });
    void again.enter();
    await stage.play({ until: () => stage.now() - START > MINUTE || again.next() === undefined });
    assert.deepEqual(again.logged, ["waiting: blog-00000b has a dedicated Keycloak, and hearth:dedicatedLimit is 1"]);
  });

  it("doesn't keep the queue position of its lease for the warm Keycloak", async () => {
    const stage = newStage();
    const early = newRun(stage, WIKI, { mode: "warm" });
    void early.enter();
    await stage.play();
    void newRun(stage, "blog-00000b", { mode: "dedicated" }).enter();
    await stage.play();
    const again = newRun(stage, WIKI, { mode: "dedicated", holder: early.holder });
    void again.enter();
    await stage.play({ until: () => stage.now() - START > MINUTE || again.next() === undefined });
    assert.equal(again.logged.length, 1);
    assert.equal(stage.leases().length, 2);
  });

  it("keeps its queue position when any lease is renewed", async () => {
    const stage = newStage();
    const [a, b] = [WIKI, "blog-00000b"].map(run => newRun(stage, run, { mode: "dedicated" }));
    const passes = await queue(stage, [a!, b!], [5 * MINUTE, MINUTE]);
    await stage.play({ until: () => stage.now() - START >= MINUTE });
    const renewer = stage.side("the first one's hearth");
    const renewed = renewer.store.replace(stage.entries()[0]!, stage.entries()[0]!.record);
    await renewer.step();
    assert.equal(await renewed, true);
    await stage.play({ until: () => stage.now() - START >= 5 * MINUTE - 1_000 });
    assert.equal(b!.logged.length, 1);
    await stage.play();
    assert.deepEqual(await Promise.all(passes), [WIKI, "blog-00000b"]);
  });

  it("F45: waits for memory, and fails after 15 minutes without a lease left", async () => {
    const stage = newStage();
    const run = newRun(stage, WIKI, { mode: "dedicated" }, newHost({ memory: 1.4 * 1024 ** 3 }));
    const refused = run.enter();
    await stage.play({ until: () => stage.now() - START >= 15 * MINUTE });
    assert.deepEqual(run.logged, ["waiting: only 1.4 GB of memory are available, and a Keycloak needs 1.5"]);
    assert.equal(stage.leases().length, 1);
    await stage.play();
    const message =
      "no dedicated Keycloak after 15 minutes: only 1.4 GB of memory are available, and a Keycloak needs 1.5";
    await assert.rejects(refused, { name: "UnavailableError", message });
    assert.deepEqual(stage.leases(), []);
    assert.ok(stage.now() - START < 15 * MINUTE + 3_000);
  });

  it("F45: gets one as soon as there is just enough memory", async () => {
    const stage = newStage();
    const host = newHost({ memory: MIN_MEMORY - 1 });
    const got = newRun(stage, WIKI, { mode: "dedicated" }, host).enter();
    await stage.play({ until: () => stage.now() - START >= MINUTE });
    host.memory = MIN_MEMORY;
    await stage.play();
    assert.equal(await got, "dedicated");
    assert.ok(stage.now() - START < MINUTE + 3_000);
  });

  it("uses the warm one if that recovers meanwhile", async () => {
    const stage = newStage();
    const host = newHost({ keycloak: DOWN });
    void newRun(stage, "blog-00000b", { mode: "dedicated" }).enter();
    await stage.play();
    const run = newRun(stage, WIKI, {}, host);
    const got = run.enter();
    await stage.play({ until: () => stage.now() - START >= MINUTE });
    assert.deepEqual(kinds(stage).at(-1), [WIKI, "dedicated"]);
    host.keycloak = UP;
    await stage.play();
    assert.equal(await got, "warm");
    assert.deepEqual(kinds(stage).at(-1), [WIKI, "warm"]);
    assert.equal(run.logged.at(-1), "keycloak is up again: the run uses it");
  });

  it("doesn't use the warm one in mode dedicated, or while that is in maintenance", async () => {
    const stage = newStage();
    const app = newApp(stage, "keycloak");
    void app.claim();
    await stage.play();
    app.die();
    void newRun(stage, "blog-00000b", { mode: "dedicated" }).enter();
    await stage.play();
    const [told, late] = [newRun(stage, WIKI, { mode: "dedicated" }), newRun(stage, "chat-00000c")];
    const refused = [told.enter(), late.enter()];
    await stage.play();
    for (const each of refused)
      await assert.rejects(each, { name: "UnavailableError", message: /^no dedicated Keycloak after 15 minutes: / });
    assert.ok(!told.did.includes("look") && !late.did.includes("look"));
    assert.equal(stage.leases().length, 1);
  });
});
