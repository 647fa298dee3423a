import assert from "node:assert/strict";
import { after, MINUTE, newScheduler, START } from "./scheduler.ts";
import { LEASE_DURATION } from "../../providers/lib/coordination/liveness.ts";
import { newApp, newHost, newRun } from "./participants.ts";

const WIKI = "wiki-00000a";
const what = "1.0.0+1 → 1.1.0+2";

describe("a run during maintenance", () => {
  it("F16: waits without a lease, logs holder, change and start once, and starts afterwards", async () => {
    const scheduler = newScheduler();
    const app = newApp(scheduler, "keycloak", what);
    const run = newRun(scheduler, WIKI);
    const done = app.drainAndHold(5 * MINUTE);
    await scheduler.run({ until: () => app.next() === "sleep" });
    const got = run.acquire();
    await scheduler.run({ until: () => run.next() === "sleep" });
    assert.deepEqual(scheduler.leases(), []);
    await scheduler.run();
    assert.equal(await got, "warm");
    await done;
    assert.deepEqual(run.logged, [
      `waiting: keycloak is in maintenance (${what}) since ${after(0)}, by pid ${app.holder.pid} on ci`,
    ]);
    assert.ok(scheduler.now() - START < 5 * MINUTE + 3_000);
  });

  it("F16: logs it again if another maintenance has replaced it", async () => {
    const scheduler = newScheduler();
    const app = newApp(scheduler, "keycloak");
    const run = newRun(scheduler, WIKI);
    const done = app.drainAndHold(MINUTE).then(() => newApp(scheduler, "traefik").drainAndHold(MINUTE));
    await scheduler.run({ until: () => app.next() === "sleep" });
    void run.acquire();
    await scheduler.run();
    await done;
    assert.deepEqual(
      run.logged.map(line => /waiting: (\w+)/.exec(line)?.[1]),
      ["keycloak", "traefik"],
    );
  });

  for (const [fault, liveness] of [
    ["", "alive"],
    ["F39: ", "unknown"],
  ] as const)
    it(`${fault}gets a dedicated Keycloak after 10 minutes, not sooner (holder ${liveness})`, async () => {
      const scheduler = newScheduler();
      const app = newApp(scheduler, "keycloak", what);
      app.liveness = liveness;
      const [auto, warm] = [newRun(scheduler, WIKI), newRun(scheduler, "blog-00000b", { mode: "warm" })];
      void app.drainAndHold(20 * MINUTE);
      await scheduler.run({ until: () => app.next() === "sleep" });
      const got = auto.acquire();
      const refused = warm.acquire();
      const why = `keycloak is in maintenance (${what}) since ${after(0)}, by pid ${app.holder.pid} on ci: not over after 10 minutes`;
      await scheduler.run({ until: () => scheduler.now() - START >= 10 * MINUTE });
      assert.deepEqual([auto.logged.length, auto.next() === undefined, warm.next() === undefined], [1, false, false]);
      await scheduler.run({ until: () => scheduler.now() - START > 10 * MINUTE + 3_000 });
      assert.equal(await got, "dedicated");
      assert.equal(auto.logged.at(-1), `${why}; the run gets a dedicated Keycloak`);
      await assert.rejects(refused, { name: "UnavailableError", message: why });
      assert.deepEqual(
        scheduler.leases().map(({ run, keycloak }) => [run, keycloak]),
        [[WIKI, "dedicated"]],
      );
    });

  it("keeps it and gets a dedicated Keycloak at once if the holder died with an operation open", async () => {
    const scheduler = newScheduler();
    const app = newApp(scheduler, "keycloak", what);
    void app.drainAndHold(MINUTE);
    await scheduler.run({ until: () => app.next() === "sleep" });
    app.kill();
    const [auto, warm] = [newRun(scheduler, WIKI), newRun(scheduler, "blog-00000b", { mode: "warm" })];
    const got = auto.acquire();
    const refused = warm.acquire();
    await scheduler.run();
    assert.equal(await got, "dedicated");
    assert.match(auto.logged.join(), /by pid 1 on ci, which is dead; the run gets a dedicated Keycloak$/);
    await assert.rejects(refused, { name: "UnavailableError", message: /which is dead$/ });
    assert.ok(scheduler.now() - START < 3_000);
    assert.deepEqual(scheduler.maintenance()?.holder, app.holder);
    assert.equal(scheduler.leases().length, 1);
  });

  it("removes stale maintenance and gets the warm Keycloak", async () => {
    const scheduler = newScheduler();
    const app = newApp(scheduler, "keycloak");
    void app.drainAndHold(MINUTE);
    await scheduler.run({ until: () => app.next() === "sleep" });
    app.kill();
    const run = newRun(scheduler, WIKI, {}, newHost({ staleMaintenance: true }));
    const got = run.acquire();
    await scheduler.run();
    assert.equal(await got, "warm");
    assert.equal(scheduler.maintenance(), undefined);
    assert.equal(scheduler.leases()[0]?.keycloak, "warm");
  });

  for (const staleMaintenance of [true, false])
    it(`F54: ${staleMaintenance ? "removes" : "keeps"} maintenance that has expired ${
      staleMaintenance ? "" : "with an operation open "
    }after its container was cancelled`, async () => {
      const scheduler = newScheduler();
      const app = newApp(scheduler, "keycloak");
      void app.drainAndHold(MINUTE);
      await scheduler.run({ until: () => app.next() === "sleep" });
      app.kill();
      app.liveness = "unknown";
      scheduler.advance(LEASE_DURATION);
      const run = newRun(scheduler, WIKI, {}, newHost({ staleMaintenance }));
      const got = run.acquire();
      await scheduler.run();
      assert.equal(await got, staleMaintenance ? "warm" : "dedicated");
      assert.equal(scheduler.maintenance() === undefined, staleMaintenance);
      assert.ok(scheduler.now() - START - LEASE_DURATION < 3_000, "it waited");
      const expired = /, which wasn't renewed until 2026-01-01T00:30:00.000Z; the run gets a dedicated Keycloak$/;
      if (!staleMaintenance) assert.match(run.logged.join(), expired);
    });

  it("F54: that waits for a dedicated Keycloak uses the warm one once its maintenance has expired", async () => {
    const scheduler = newScheduler();
    const app = newApp(scheduler, "keycloak");
    void app.claim();
    await scheduler.run();
    app.kill();
    app.liveness = "unknown";
    scheduler.advance(LEASE_DURATION - 13 * MINUTE); // it waits for the maintenance for ten of them
    const run = newRun(scheduler, WIKI, { dedicatedLimit: 0 }, newHost({ staleMaintenance: true }));
    const got = run.acquire();
    await scheduler.run();
    assert.equal(await got, "warm");
    assert.match(run.logged.join(), /waiting: hearth:dedicatedLimit is 0/);
    assert.equal(scheduler.maintenance(), undefined);
  });

  for (const mode of ["auto", "warm", "dedicated", "none"] as const)
    for (const dies of [false, true])
      it(`starts at once if no run uses the app${dies ? " and the holder died" : ""} (mode ${mode})`, async () => {
        const scheduler = newScheduler();
        const app = newApp(scheduler, "custom-html");
        void app.drainAndHold(20 * MINUTE);
        await scheduler.run({ until: () => app.next() === "sleep" });
        if (dies) app.kill();
        const run = newRun(scheduler, WIKI, { mode });
        const got = run.acquire();
        await scheduler.run({ until: () => run.next() === undefined });
        assert.equal(await got, mode === "auto" ? "warm" : mode);
        assert.deepEqual([run.logged, scheduler.now()], [[], START]);
        assert.ok(scheduler.maintenance(), "the maintenance must not be removed");
      });

  for (const mode of ["none", "dedicated"] as const)
    it(`isn't blocked by maintenance of Keycloak in mode ${mode}`, async () => {
      const scheduler = newScheduler();
      const app = newApp(scheduler, "keycloak");
      void app.drainAndHold(20 * MINUTE);
      await scheduler.run({ until: () => app.next() === "sleep" });
      const got = newRun(scheduler, WIKI, { mode }).acquire();
      await scheduler.run({ until: () => scheduler.now() > START });
      assert.equal(await got, mode);
    });

  for (const mode of ["auto", "warm", "dedicated", "none"] as const)
    for (const dies of [false, true])
      it(`fails if maintenance of Traefik ${dies ? "has a dead holder" : "lasts too long"} (mode ${mode})`, async () => {
        const scheduler = newScheduler();
        const app = newApp(scheduler, "traefik");
        void app.drainAndHold(20 * MINUTE);
        await scheduler.run({ until: () => app.next() === "sleep" });
        if (dies) app.kill();
        const run = newRun(scheduler, WIKI, { mode });
        const refused = run.acquire();
        await run.runUntil("create");
        await scheduler.run({ until: () => run.next() === undefined });
        await assert.rejects(refused, { name: "UnavailableError", message: /^traefik is in maintenance/ });
        assert.ok(!run.logged.join().includes("dedicated"));
        assert.deepEqual(scheduler.leases(), []);
        const waited = scheduler.now() - START;
        assert.ok(dies ? waited === 0 : waited >= 10 * MINUTE && waited < 10 * MINUTE + 3_000, `${waited} ms`);
      });
});
