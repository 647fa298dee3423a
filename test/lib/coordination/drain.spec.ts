import assert from "node:assert/strict";
import { DRAIN_LIMIT } from "../../../providers/lib/coordination/maintenance.ts";
import { LEASE_DURATION } from "../../../providers/lib/coordination/liveness.ts";
import { after, MINUTE, newScheduler, START, type Scheduler } from "../../lease/scheduler.ts";
import { newApp, newRun, type Run } from "../../lease/participants.ts";

/** Lets runs acquire their leases, one second apart. */
async function acquireAll(scheduler: Scheduler, ...runs: Run[]): Promise<void> {
  for (const run of runs) {
    const got = run.acquire();
    await scheduler.run();
    await got;
    scheduler.advance(1_000);
  }
}

describe("draining a warm app", () => {
  it("creates maintenance with change, start and holder at once if no run uses the app", async () => {
    const scheduler = newScheduler();
    const app = newApp(scheduler, "keycloak", "1.0.0+1 → 1.1.0+2");
    const drained = app.drain();
    await scheduler.run();
    await drained;
    assert.equal(scheduler.now(), START);
    const { app: name, domain, what, holder, stateDir } = app.work;
    assert.deepEqual(scheduler.maintenance(), {
      format: 1,
      kind: "maintenance",
      app: name,
      domain,
      what,
      holder,
      stateDir,
      blocks: "warm",
      startedAt: after(0),
      expiresAt: after(LEASE_DURATION),
    });
    assert.deepEqual(app.calls, ["create hearth-maintenance", "list"]);
  });

  it("waits for its runs, logs each set once with start and holder, and resolves after the last", async () => {
    const scheduler = newScheduler();
    const [held, timed] = [
      newRun(scheduler, "wiki-00000a"),
      newRun(scheduler, "blog-00000b", { holder: undefined, duration: 10 * MINUTE }),
    ];
    await acquireAll(scheduler, held, timed);
    const app = newApp(scheduler, "keycloak");
    const drained = app.drain();
    await scheduler.run({ until: () => scheduler.now() - START >= 5 * MINUTE });
    const line = (words: string) => `waiting: in use by ${words}`;
    const timedWords = `blog-00000b (since ${after(1_000)}, until ${after(1_000 + 10 * MINUTE)})`;
    assert.deepEqual(app.logged, [
      line(`wiki-00000a (since ${after(0)}, pid ${held.holder.pid} on ci), ${timedWords}`),
    ]);
    assert.ok(scheduler.maintenance());
    held.kill();
    await scheduler.run();
    await drained;
    assert.deepEqual(app.logged.slice(1), [line(timedWords)]);
    const waited = scheduler.now() - START - 10 * MINUTE;
    assert.ok(waited >= 1_000 && waited < 4_000, "until the timed lease expired, and no longer");
  });

  it("F39: waits for a run of unknown liveness until its lease expires", async () => {
    const scheduler = newScheduler();
    const run = newRun(scheduler, "wiki-00000a");
    await acquireAll(scheduler, run);
    run.liveness = "unknown";
    const drained = newApp(scheduler, "keycloak").drain(LEASE_DURATION + MINUTE);
    await scheduler.run();
    await drained;
    assert.ok(scheduler.now() - START >= LEASE_DURATION && scheduler.now() - START < LEASE_DURATION + 3_000);
  });

  it("F39: waits for a live run even after its lease expired", async () => {
    const scheduler = newScheduler();
    await acquireAll(scheduler, newRun(scheduler, "wiki-00000a", { duration: MINUTE }));
    const refused = newApp(scheduler, "keycloak").drain();
    await scheduler.run();
    await assert.rejects(refused, { name: "InUseError" });
  });

  for (const [name, mode, waits] of [
    ["keycloak", "warm", true],
    ["keycloak", "dedicated", false],
    ["keycloak", "none", false],
    ["traefik", "warm", true],
    ["traefik", "dedicated", true],
    ["traefik", "none", true],
    ["custom-html", "warm", false],
    ["custom-html", "dedicated", false],
    ["custom-html", "none", false],
  ] as const)
    it(`${waits ? "waits" : "doesn't wait"} for a run with lease ${mode} if the app is ${name}`, async () => {
      const scheduler = newScheduler();
      await acquireAll(scheduler, newRun(scheduler, "wiki-00000a", { mode }));
      const app = newApp(scheduler, name);
      void app.drain();
      await scheduler.run({ until: () => app.next() === "sleep" });
      assert.equal(app.next(), waits ? "sleep" : undefined);
    });

  it("doesn't wait for a dead run, and leaves its lease to the reaper", async () => {
    const scheduler = newScheduler();
    const run = newRun(scheduler, "wiki-00000a");
    await acquireAll(scheduler, run);
    run.kill();
    const app = newApp(scheduler, "traefik");
    const drained = app.drain();
    await scheduler.run();
    await drained;
    assert.deepEqual([app.logged, scheduler.leases().length], [[], 1]);
  });

  it("fails at the limit, names the runs and releases maintenance so that runs can start again", async () => {
    const scheduler = newScheduler();
    const run = newRun(scheduler, "wiki-00000a");
    await acquireAll(scheduler, run);
    const app = newApp(scheduler, "keycloak");
    const refused = app.drain();
    const start = scheduler.now();
    await scheduler.run({ until: () => scheduler.now() - start >= DRAIN_LIMIT });
    assert.ok(scheduler.maintenance());
    await scheduler.run();
    const message = `still in use after 30 minutes: in use by wiki-00000a (since ${after(0)}, pid ${run.holder.pid} on ci)`;
    await assert.rejects(refused, { name: "InUseError", message });
    assert.ok(scheduler.now() - start < DRAIN_LIMIT + 3_000);
    assert.equal(scheduler.maintenance(), undefined);
    assert.equal(scheduler.leases().length, 1);
    const got = newRun(scheduler, "blog-00000b").acquire();
    await scheduler.run();
    assert.equal(await got, "warm");
  });

  it("releases maintenance if the store fails", async () => {
    const scheduler = newScheduler();
    const app = newApp(scheduler, "keycloak");
    const { list: all } = app.store;
    let failed = false;
    app.store.list = () => {
      if (failed) return all();
      failed = true;
      return Promise.reject(new Error("the swarm has no leader"));
    };
    const refused = app.drain();
    await scheduler.run();
    await assert.rejects(refused, { message: "the swarm has no leader" });
    assert.equal(scheduler.maintenance(), undefined);
  });
});
