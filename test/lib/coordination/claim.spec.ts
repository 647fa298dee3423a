import assert from "node:assert/strict";
import { MAINTENANCE_NAME } from "../../../providers/lib/coordination/coordinationStore.ts";
import { DEFAULT_TTL, LEASE_DURATION } from "../../../providers/lib/coordination/liveness.ts";
import { releaseMaintenance, renewMaintenance } from "../../../providers/lib/coordination/maintenance.ts";
import { after, MINUTE, newScheduler, START, type Scheduler } from "../../lease/scheduler.ts";
import { type AppProcess, newApp, newHost, newRun } from "../../lease/participants.ts";

describe("maintenance", () => {
  it("can be claimed repeatedly by its process, and stays unchanged", async () => {
    const scheduler = newScheduler();
    const app = newApp(scheduler, "keycloak");
    for (const ask of [app.drain, app.claim, app.drain]) {
      const got = ask();
      await scheduler.run();
      assert.equal(await got, undefined);
      scheduler.advance(MINUTE);
    }
    assert.equal(scheduler.maintenance()?.startedAt, after(0));
    assert.equal(scheduler.records()[0]?.version, 1);
  });

  it("P6: of a dead process is taken over, without a gap, by the next one for the same app", async () => {
    const scheduler = newScheduler();
    const [first, next] = [newApp(scheduler, "keycloak"), newApp(scheduler, "keycloak")];
    void first.drain();
    await scheduler.run();
    first.kill();
    const got = next.claim();
    for (await next.runUntil("create"); next.next() !== undefined; await next.step())
      assert.ok(scheduler.maintenance());
    assert.equal(await got, undefined);
    assert.deepEqual(scheduler.maintenance()?.holder, next.holder);
  });

  for (const staleMaintenance of [true, false])
    it(`P6: of a dead process for another app is ${staleMaintenance ? "taken over if" : "kept unless"} stale`, async () => {
      const scheduler = newScheduler();
      const [first, other] = [
        newApp(scheduler, "traefik"),
        newApp(scheduler, "keycloak", "", newHost({ staleMaintenance })),
      ];
      void first.drain();
      await scheduler.run();
      first.kill();
      const got = other.claim();
      await scheduler.run();
      const refused = "traefik is in maintenance (1.0.0+1 → 1.1.0+2) since 2026-01-01T00:00:00.000Z, by pid 1 on ci";
      assert.equal(await got, staleMaintenance ? undefined : refused);
      assert.deepEqual(scheduler.maintenance()?.holder, staleMaintenance ? other.holder : first.holder);
    });

  it("P1: is renewed when its process claims it again, from the fifth minute on", async () => {
    const scheduler = newScheduler();
    const app = newApp(scheduler, "keycloak");
    for (const minutes of [0, 4, 5, 6]) {
      scheduler.advance(START + minutes * MINUTE - scheduler.now());
      void app.claim();
      await scheduler.run();
      const renewed = minutes < 5 ? 0 : 5 * MINUTE;
      assert.equal(scheduler.maintenance()?.expiresAt, after(renewed + LEASE_DURATION), `minute ${minutes}`);
    }
    assert.equal(scheduler.maintenance()?.startedAt, after(0));
  });

  for (const liveness of ["alive", "unknown", "dead"] as const)
    it(`F54, P6: of a process that is ${liveness} is taken over at once by the next holder of the app's lock`, async () => {
      const scheduler = newScheduler();
      const [first, next] = [newApp(scheduler, "keycloak"), newApp(scheduler, "keycloak", "later")];
      void first.drain();
      await scheduler.run();
      first.liveness = liveness;
      const got = next.claim();
      await scheduler.run();
      assert.equal(await got, undefined);
      assert.deepEqual(scheduler.maintenance()?.holder, next.holder);
      const renewed = renewMaintenance(first.host, first.work, async () => true);
      await scheduler.run();
      assert.equal(await renewed, false, "who lost it doesn't renew it");
      assert.deepEqual(scheduler.maintenance()?.holder, next.holder);
    });

  for (const name of ["keycloak", "traefik"] as const)
    it(`F54, F59: of a process on a machine with another boot id, for ${name}, ends at its expiry, not before`, async () => {
      const scheduler = newScheduler();
      const host = newHost({ staleMaintenance: name === "traefik" });
      const [first, next] = [newApp(scheduler, name), newApp(scheduler, "keycloak", "later", host)];
      Object.assign(first.holder, { boot: "another" });
      void first.drain();
      await scheduler.run();
      first.kill();
      first.liveness = "unknown";
      for (const [ms, isOver] of [
        [LEASE_DURATION - 1, false],
        [LEASE_DURATION, true],
      ] as const) {
        scheduler.advance(START + ms - scheduler.now());
        const got = next.claim();
        await scheduler.run();
        assert.equal((await got) === undefined, isOver, `after ${ms} ms`);
      }
      assert.deepEqual(scheduler.maintenance()?.holder, next.holder);
    });

  it("F54: that an older hearth created without an expiry ends two hours after its start", async () => {
    const scheduler = newScheduler();
    const [first, next] = [newApp(scheduler, "keycloak"), newApp(scheduler, "keycloak", "later")];
    Object.assign(first.holder, { boot: "another" });
    const { blockedBy: _, ...about } = first.work;
    void first.store.create(MAINTENANCE_NAME, { format: 1, kind: "maintenance", ...about, startedAt: after(0) });
    await scheduler.run();
    first.liveness = "unknown";
    for (const [ms, isOver] of [
      [DEFAULT_TTL - 1, false],
      [DEFAULT_TTL, true],
    ] as const) {
      scheduler.advance(START + ms - scheduler.now());
      const got = next.claim();
      await scheduler.run();
      assert.equal((await got) === undefined, isOver);
    }
  });

  describe("that its process renews", () => {
    const renew = async (app: AppProcess, scheduler: Scheduler, isOpen: boolean) => {
      const renewed = renewMaintenance(app.host, app.work, async () => isOpen);
      await scheduler.run();
      return renewed;
    };
    const drained = async () => {
      const scheduler = newScheduler();
      const app = newApp(scheduler, "keycloak");
      void app.drain();
      await scheduler.run();
      scheduler.advance(20 * MINUTE);
      return { scheduler, app };
    };

    it("P1: lasts from then on, with its start as before", async () => {
      const { scheduler, app } = await drained();
      assert.equal(await renew(app, scheduler, true), true);
      const { startedAt, expiresAt } = scheduler.maintenance()!;
      assert.deepEqual([startedAt, expiresAt], [after(0), after(20 * MINUTE + LEASE_DURATION)]);
    });

    for (const isOpen of [true, false])
      for (const how of ["is gone", "was marked stale"])
        it(`P1: and that ${how} is ${isOpen ? "created again" : "left alone unless"} while its operation is open`, async () => {
          const { scheduler, app } = await drained();
          const [found] = scheduler.records();
          const record = { ...scheduler.maintenance()!, stale: true as const };
          void (how === "is gone" ? app.store.remove(found!) : app.store.replace(found!, record));
          await scheduler.run();
          assert.equal(await renew(app, scheduler, isOpen), isOpen);
          assert.equal(scheduler.maintenance()?.expiresAt === after(20 * MINUTE + LEASE_DURATION), isOpen);
        });
  });

  for (const liveness of ["alive", "unknown"] as const)
    for (const name of ["traefik"] as const)
      it(`F16: of another app's process that is ${liveness} is waited for and logged once`, async () => {
        const scheduler = newScheduler();
        const [first, next] = [
          newApp(scheduler, name),
          newApp(scheduler, "keycloak", "later", newHost({ staleMaintenance: true })),
        ];
        const done = first.drainAndHold(5 * MINUTE);
        await scheduler.run({ until: () => first.next() === "sleep" });
        first.liveness = liveness;
        const drained = next.drain();
        await scheduler.run({ until: () => scheduler.now() - START >= 5 * MINUTE });
        assert.deepEqual(next.logged, [
          `waiting: ${name} is in maintenance (1.0.0+1 → 1.1.0+2) since ${after(0)}, by pid 1 on ci`,
        ]);
        assert.deepEqual(scheduler.maintenance()?.holder, first.holder);
        await scheduler.run();
        await Promise.all([done, drained]);
        assert.equal(scheduler.maintenance()?.what, "later");
        assert.ok(scheduler.now() - START < 5 * MINUTE + 3_000);
      });

  it("F16: of a dead process is taken over by only one of several processes", async () => {
    const scheduler = newScheduler();
    const [dead, a, b] = [newApp(scheduler, "keycloak"), newApp(scheduler, "keycloak"), newApp(scheduler, "keycloak")];
    Object.assign(b.holder, { boot: "another" }); // its lock is another one
    void dead.drain();
    await scheduler.run();
    dead.kill();
    const claims = [a.claim(), b.claim()];
    await scheduler.run(); // in step with each other
    const got = await Promise.all(claims);
    const winner = got[0] === undefined ? a : b;
    assert.deepEqual(got.map(each => each === undefined).toSorted(), [false, true]);
    assert.deepEqual(scheduler.maintenance()?.holder, winner.holder);
  });

  it("is released only for its own app", async () => {
    const scheduler = newScheduler();
    const app = newApp(scheduler, "keycloak");
    void app.claim();
    await scheduler.run();
    const given = releaseMaintenance(app.store, { ...app.work, domain: "proxy.test" });
    await scheduler.run();
    await given;
    assert.equal(scheduler.maintenance()?.app, "keycloak");
  });

  it("F16: of another process stays unchanged if one gives up waiting", async () => {
    const scheduler = newScheduler();
    const [first, next] = [newApp(scheduler, "keycloak"), newApp(scheduler, "keycloak")];
    Object.assign(next.holder, { boot: "another" });
    void first.drain();
    await scheduler.run();
    const before = scheduler.records();
    const refused = next.drain(MINUTE);
    await scheduler.run();
    await assert.rejects(refused, {
      name: "InUseError",
      message: /^still in use after 1 minutes: keycloak is in maintenance/,
    });
    assert.deepEqual(scheduler.records(), before);
    const given = next.release();
    await scheduler.run();
    await given;
    assert.deepEqual(scheduler.records(), before);
  });

  it("marked stale is replaced, not taken over, because a run that found it stale may still remove it", async () => {
    const scheduler = newScheduler();
    const host = newHost({ staleMaintenance: true });
    const [dead, next] = [newApp(scheduler, "keycloak"), newApp(scheduler, "keycloak", "later", host)];
    void dead.drain();
    await scheduler.run();
    dead.kill();
    const run = newRun(scheduler, "wiki-00000a", {}, host);
    const got = run.acquireAndHold(MINUTE);
    await run.runUntil("remove hearth-maintenance");
    assert.equal(scheduler.maintenance()?.stale, true);
    const claimed = next.claim();
    await next.runToEnd();
    assert.equal(await claimed, undefined);
    await scheduler.run();
    assert.equal(await got, "warm");
    const { blockedBy: _, ...request } = next.work;
    const times = { startedAt: after(0), expiresAt: after(LEASE_DURATION) };
    assert.deepEqual(scheduler.maintenance(), { format: 1, kind: "maintenance", ...request, ...times });
  });

  it("marked stale is removed by the next run if the run that marked it died", async () => {
    const scheduler = newScheduler();
    const host = newHost({ staleMaintenance: true });
    const dead = newApp(scheduler, "keycloak");
    void dead.drain();
    await scheduler.run();
    dead.kill();
    const [first, second] = [
      newRun(scheduler, "wiki-00000a", {}, host),
      newRun(scheduler, "blog-00000b", {}, { ...host, staleMaintenance: false }),
    ];
    void first.acquire();
    await first.runUntil("remove hearth-maintenance");
    first.kill();
    const got = second.acquire();
    await scheduler.run();
    assert.equal(await got, "warm");
    assert.equal(scheduler.maintenance(), undefined);
  });
});
