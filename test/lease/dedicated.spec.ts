import assert from "node:assert/strict";
import { MIN_MEMORY } from "../../providers/lease/dedicatedSlot.ts";
import { MINUTE, newScheduler, START, type Scheduler } from "./scheduler.ts";
import { DOWN, newApp, newHost, newRun, UP, type Run } from "./participants.ts";

const WIKI = "wiki-00000a";

const kinds = (scheduler: Scheduler) => scheduler.leases().map(({ run, keycloak }) => [run, keycloak]);

describe("a run that requests a dedicated Keycloak", () => {
  /** Starts the runs in order, each as soon as the previous one has its lease. */
  async function queue(
    scheduler: Scheduler,
    runs: readonly Run[],
    holds: readonly number[],
  ): Promise<Promise<unknown>[]> {
    const passes: Promise<unknown>[] = [];
    for (const [at, run] of runs.entries()) {
      passes.push(run.acquireAndHold(holds[at]!).then(() => run.name));
      await run.runUntil("list");
    }
    return passes;
  }

  it("waits at the limit, logs which runs use it up, and gets one when the first of them ends", async () => {
    const scheduler = newScheduler();
    const [a, b, c] = ["wiki-00000a", "blog-00000b", "chat-00000c"].map(run =>
      newRun(scheduler, run, { mode: "dedicated", dedicatedLimit: 2 }),
    );
    const passes = await queue(scheduler, [a!, b!, c!], [5 * MINUTE, 20 * MINUTE, MINUTE]);
    await scheduler.run({ until: () => scheduler.now() - START >= 5 * MINUTE - 1_000 });
    assert.equal(c!.logged.length, 1);
    assert.match(
      c!.logged[0]!,
      /^waiting: (wiki-00000a, blog-00000b|blog-00000b, wiki-00000a) have a dedicated Keycloak, and hearth:dedicatedLimit is 2$/,
    );
    assert.equal(scheduler.leases().length, 3);
    await scheduler.run({ until: () => c!.next() === undefined });
    assert.equal(await passes[2], "chat-00000c");
    assert.ok(scheduler.now() - START < 6 * MINUTE + 3_000);
  });

  it("gets one in lease order; dead runs are skipped", async () => {
    const scheduler = newScheduler();
    const runs = ["0", "1", "2", "3", "4"].map(at => newRun(scheduler, `wiki-00000${at}`, { mode: "dedicated" }));
    const ended: string[] = [];
    const passes = await queue(scheduler, runs, [MINUTE, MINUTE, MINUTE, MINUTE, MINUTE]);
    for (const pass of passes) void pass.then(name => ended.push(name as string));
    await scheduler.run({ until: () => scheduler.now() > START });
    runs[2]!.kill();
    await scheduler.run();
    assert.deepEqual(ended, ["wiki-000000", "wiki-000001", "wiki-000003", "wiki-000004"]);
  });

  it("doesn't inherit the queue position of a dead holder", async () => {
    const scheduler = newScheduler();
    const dead = newRun(scheduler, WIKI, { mode: "dedicated" });
    void dead.acquire();
    await scheduler.run();
    dead.kill();
    const active = newRun(scheduler, "blog-00000b", { mode: "dedicated" });
    const got = active.acquire();
    await scheduler.run();
    assert.equal(await got, "dedicated");
    const again = newRun(scheduler, WIKI, { mode: "dedicated" });
    void again.acquire();
    await scheduler.run({ until: () => scheduler.now() - START > MINUTE || again.next() === undefined });
    assert.deepEqual(again.logged, ["waiting: blog-00000b has a dedicated Keycloak, and hearth:dedicatedLimit is 1"]);
  });

  it("doesn't keep the queue position of its lease for the warm Keycloak", async () => {
    const scheduler = newScheduler();
    const early = newRun(scheduler, WIKI, { mode: "warm" });
    void early.acquire();
    await scheduler.run();
    void newRun(scheduler, "blog-00000b", { mode: "dedicated" }).acquire();
    await scheduler.run();
    const again = newRun(scheduler, WIKI, { mode: "dedicated", holder: early.holder });
    void again.acquire();
    await scheduler.run({ until: () => scheduler.now() - START > MINUTE || again.next() === undefined });
    assert.equal(again.logged.length, 1);
    assert.equal(scheduler.leases().length, 2);
  });

  it("keeps its queue position when any lease is renewed", async () => {
    const scheduler = newScheduler();
    const [a, b] = [WIKI, "blog-00000b"].map(run => newRun(scheduler, run, { mode: "dedicated" }));
    const passes = await queue(scheduler, [a!, b!], [5 * MINUTE, MINUTE]);
    await scheduler.run({ until: () => scheduler.now() - START >= MINUTE });
    const renewer = scheduler.participant("the first one's hearth");
    const renewed = renewer.store.replace(scheduler.records()[0]!, scheduler.records()[0]!.record);
    await renewer.step();
    assert.equal(await renewed, true);
    await scheduler.run({ until: () => scheduler.now() - START >= 5 * MINUTE - 1_000 });
    assert.equal(b!.logged.length, 1);
    await scheduler.run();
    assert.deepEqual(await Promise.all(passes), [WIKI, "blog-00000b"]);
  });

  it("F45: waits for memory, and after 15 minutes fails and leaves no lease", async () => {
    const scheduler = newScheduler();
    const run = newRun(scheduler, WIKI, { mode: "dedicated" }, newHost({ memory: 1.4 * 1024 ** 3 }));
    const refused = run.acquire();
    await scheduler.run({ until: () => scheduler.now() - START >= 15 * MINUTE });
    assert.deepEqual(run.logged, ["waiting: only 1.4 GB of memory are available, and a Keycloak needs 1.5"]);
    assert.equal(scheduler.leases().length, 1);
    await scheduler.run();
    const message =
      "no dedicated Keycloak after 15 minutes: only 1.4 GB of memory are available, and a Keycloak needs 1.5";
    await assert.rejects(refused, { name: "UnavailableError", message });
    assert.deepEqual(scheduler.leases(), []);
    assert.ok(scheduler.now() - START < 15 * MINUTE + 3_000);
  });

  it("F45: gets one as soon as enough memory is available", async () => {
    const scheduler = newScheduler();
    const host = newHost({ memory: MIN_MEMORY - 1 });
    const got = newRun(scheduler, WIKI, { mode: "dedicated" }, host).acquire();
    await scheduler.run({ until: () => scheduler.now() - START >= MINUTE });
    host.memory = MIN_MEMORY;
    await scheduler.run();
    assert.equal(await got, "dedicated");
    assert.ok(scheduler.now() - START < MINUTE + 3_000);
  });

  it("uses the warm Keycloak if it recovers meanwhile", async () => {
    const scheduler = newScheduler();
    const host = newHost({ keycloak: DOWN });
    void newRun(scheduler, "blog-00000b", { mode: "dedicated" }).acquire();
    await scheduler.run();
    const run = newRun(scheduler, WIKI, {}, host);
    const got = run.acquire();
    await scheduler.run({ until: () => scheduler.now() - START >= MINUTE });
    assert.deepEqual(kinds(scheduler).at(-1), [WIKI, "dedicated"]);
    host.keycloak = UP;
    await scheduler.run();
    assert.equal(await got, "warm");
    assert.deepEqual(kinds(scheduler).at(-1), [WIKI, "warm"]);
    assert.equal(run.logged.at(-1), "keycloak is up again: the run uses it");
  });

  it("doesn't use the warm Keycloak in mode dedicated or during maintenance", async () => {
    const scheduler = newScheduler();
    const app = newApp(scheduler, "keycloak");
    void app.claim();
    await scheduler.run();
    app.kill();
    void newRun(scheduler, "blog-00000b", { mode: "dedicated" }).acquire();
    await scheduler.run();
    const [dedicated, auto] = [newRun(scheduler, WIKI, { mode: "dedicated" }), newRun(scheduler, "chat-00000c")];
    const refused = [dedicated.acquire(), auto.acquire()];
    await scheduler.run();
    for (const each of refused)
      await assert.rejects(each, { name: "UnavailableError", message: /^no dedicated Keycloak after 15 minutes: / });
    assert.ok(!dedicated.calls.includes("observe") && !auto.calls.includes("observe"));
    assert.equal(scheduler.leases().length, 1);
  });
});
