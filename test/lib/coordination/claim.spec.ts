import assert from "node:assert/strict";
import { releaseMaintenance } from "../../../providers/lib/coordination/maintenance.ts";
import { after, MINUTE, newStage, START } from "../../lease/scheduler.ts";
import { newApp, newHost, newRun } from "../../lease/participants.ts";

describe("maintenance", () => {
  it("can be claimed repeatedly by its process, and stays unchanged", async () => {
    const stage = newStage();
    const app = newApp(stage, "keycloak");
    for (const ask of [app.drain, app.claim, app.drain]) {
      const got = ask();
      await stage.play();
      assert.equal(await got, undefined);
      stage.wait(MINUTE);
    }
    assert.equal(stage.maintenance()?.startedAt, after(0));
    assert.equal(stage.entries()[0]?.version, 1);
  });

  it("P6: of a dead process is taken over by the next one for the same app, and exists throughout", async () => {
    const stage = newStage();
    const [first, next] = [newApp(stage, "keycloak"), newApp(stage, "keycloak")];
    void first.drain();
    await stage.play();
    first.die();
    const got = next.claim();
    for (await next.until("put"); next.next() !== undefined; await next.step()) assert.ok(stage.maintenance());
    assert.equal(await got, undefined);
    assert.deepEqual(stage.maintenance()?.holder, next.holder);
  });

  for (const leftOver of [true, false])
    it(`P6: of a dead process for another app is ${leftOver ? "taken over if stale" : "kept while its operation is open"}`, async () => {
      const stage = newStage();
      const [first, other] = [newApp(stage, "traefik"), newApp(stage, "keycloak", "", newHost({ leftOver }))];
      void first.drain();
      await stage.play();
      first.die();
      const got = other.claim();
      await stage.play();
      const refused = "traefik is in maintenance (1.0.0+1 → 1.1.0+2) since 2026-01-01T00:00:00.000Z, by pid 1 on ci";
      assert.equal(await got, leftOver ? undefined : refused);
      assert.deepEqual(stage.maintenance()?.holder, leftOver ? other.holder : first.holder);
    });

  for (const liveness of ["alive", "unknown"] as const)
    for (const name of ["traefik", "keycloak"] as const)
      it(`F16: of another process that is ${liveness}, for ${name}: is waited for, logged once`, async () => {
        const stage = newStage();
        const [first, next] = [newApp(stage, name), newApp(stage, "keycloak", "later", newHost({ leftOver: true }))];
        const done = first.pass(5 * MINUTE);
        await stage.play({ until: () => first.next() === "sleep" });
        first.liveness = liveness;
        const drained = next.drain();
        await stage.play({ until: () => stage.now() - START >= 5 * MINUTE });
        assert.deepEqual(next.logged, [
          `waiting: ${name} is in maintenance (1.0.0+1 → 1.1.0+2) since ${after(0)}, by pid 1 on ci`,
        ]);
        assert.deepEqual(stage.maintenance()?.holder, first.holder);
        await stage.play();
        await Promise.all([done, drained]);
        assert.equal(stage.maintenance()?.what, "later");
        assert.ok(stage.now() - START < 5 * MINUTE + 3_000);
      });

  it("F16: of a dead process is taken over by only one of several processes", async () => {
    const stage = newStage();
    const [dead, a, b] = [newApp(stage, "keycloak"), newApp(stage, "keycloak"), newApp(stage, "keycloak")];
    void dead.drain();
    await stage.play();
    dead.die();
    const claims = [a.claim(), b.claim()];
    await stage.play(); // in step with each other
    const got = await Promise.all(claims);
    const winner = got[0] === undefined ? a : b;
    assert.deepEqual(got.map(each => each === undefined).toSorted(), [false, true]);
    assert.deepEqual(stage.maintenance()?.holder, winner.holder);
  });

  it("is released only for its own app", async () => {
    const stage = newStage();
    const app = newApp(stage, "keycloak");
    void app.claim();
    await stage.play();
    const given = releaseMaintenance(app.store, { ...app.work, domain: "proxy.test" });
    await stage.play();
    await given;
    assert.equal(stage.maintenance()?.app, "keycloak");
  });

  it("F16: of another process stays unchanged if one gives up waiting", async () => {
    const stage = newStage();
    const [first, next] = [newApp(stage, "keycloak"), newApp(stage, "keycloak")];
    void first.drain();
    await stage.play();
    const before = stage.entries();
    const refused = next.drain(MINUTE);
    await stage.play();
    await assert.rejects(refused, {
      name: "InUseError",
      message: /^still in use after 1 minutes: keycloak is in maintenance/,
    });
    assert.deepEqual(stage.entries(), before);
    const given = next.giveBack();
    await stage.play();
    await given;
    assert.deepEqual(stage.entries(), before);
  });

  it("marked stale is replaced, not taken over: a run that found it stale may still remove it", async () => {
    const stage = newStage();
    const host = newHost({ leftOver: true });
    const [dead, next] = [newApp(stage, "keycloak"), newApp(stage, "keycloak", "later", host)];
    void dead.drain();
    await stage.play();
    dead.die();
    const run = newRun(stage, "wiki-00000a", {}, host);
    const got = run.pass(MINUTE);
    await run.until("remove hearth-maintenance");
    assert.equal(stage.maintenance()?.stale, true);
    const claimed = next.claim();
    await next.end();
    assert.equal(await claimed, undefined);
    await stage.play();
    assert.equal(await got, "warm");
    const { blockedBy: _, ...request } = next.work;
    assert.deepEqual(stage.maintenance(), { format: 1, kind: "maintenance", ...request, startedAt: after(0) });
  });

  it("marked stale is removed by the next run if the run that marked it died", async () => {
    const stage = newStage();
    const host = newHost({ leftOver: true });
    const dead = newApp(stage, "keycloak");
    void dead.drain();
    await stage.play();
    dead.die();
    const [first, second] = [
      newRun(stage, "wiki-00000a", {}, host),
      newRun(stage, "blog-00000b", {}, { ...host, leftOver: false }),
    ];
    void first.enter();
    await first.until("remove hearth-maintenance");
    first.die();
    const got = second.enter();
    await stage.play();
    assert.equal(await got, "warm");
    assert.equal(stage.maintenance(), undefined);
  });
});
