import assert from "node:assert/strict";
import { releaseMaintenance } from "../../../providers/lib/coordination/maintenance.ts";
import { after, MINUTE, newScheduler, START } from "../../lease/scheduler.ts";
import { newApp, newHost, newRun } from "../../lease/participants.ts";

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

  for (const liveness of ["alive", "unknown"] as const)
    for (const name of ["traefik", "keycloak"] as const)
      it(`F16: of another process that is ${liveness}, for ${name}, is waited for and logged once`, async () => {
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
    assert.deepEqual(scheduler.maintenance(), { format: 1, kind: "maintenance", ...request, startedAt: after(0) });
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
