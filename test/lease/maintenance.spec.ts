import assert from "node:assert/strict";
import { after, MINUTE, newStage, START } from "./scheduler.ts";
import { newApp, newHost, newRun } from "./participants.ts";

const WIKI = "wiki-00000a";
const what = "1.0.0+1 → 1.1.0+2";

describe("a run during maintenance", () => {
  it("F16: waits without a lease, logs holder, change and start once, and gets in afterwards", async () => {
    const stage = newStage();
    const app = newApp(stage, "keycloak", what);
    const run = newRun(stage, WIKI);
    const done = app.pass(5 * MINUTE);
    await stage.play({ until: () => app.next() === "sleep" });
    const got = run.enter();
    await stage.play({ until: () => run.next() === "sleep" });
    assert.deepEqual(stage.leases(), []);
    await stage.play();
    assert.equal(await got, "warm");
    await done;
    assert.deepEqual(run.logged, [
      `waiting: keycloak is in maintenance (${what}) since ${after(0)}, by pid ${app.holder.pid} on ci`,
    ]);
    assert.ok(stage.now() - START < 5 * MINUTE + 3_000);
  });

  it("F16: logs it again if another maintenance has replaced it", async () => {
    const stage = newStage();
    const app = newApp(stage, "keycloak");
    const run = newRun(stage, WIKI);
    const done = app.pass(MINUTE).then(() => newApp(stage, "traefik").pass(MINUTE));
    await stage.play({ until: () => app.next() === "sleep" });
    void run.enter();
    await stage.play();
    await done;
    assert.deepEqual(
      run.logged.map(line => /waiting: (\w+)/.exec(line)?.[1]),
      ["keycloak", "traefik"],
    );
  });

  for (const [whose, owner] of [
    ["whose holder lives", "alive"],
    ["F39: whose holder can't be judged", "unknown"],
  ] as const)
    it(`${whose}: gets a dedicated Keycloak after 10 minutes, and no sooner`, async () => {
      const stage = newStage();
      const app = newApp(stage, "keycloak", what);
      app.liveness = owner;
      const [auto, warm] = [newRun(stage, WIKI), newRun(stage, "blog-00000b", { mode: "warm" })];
      void app.pass(20 * MINUTE);
      await stage.play({ until: () => app.next() === "sleep" });
      const got = auto.enter();
      const refused = warm.enter();
      const why = `keycloak is in maintenance (${what}) since ${after(0)}, by pid ${app.holder.pid} on ci: not over after 10 minutes`;
      await stage.play({ until: () => stage.now() - START >= 10 * MINUTE });
      assert.deepEqual([auto.logged.length, auto.next() === undefined, warm.next() === undefined], [1, false, false]);
      await stage.play({ until: () => stage.now() - START > 10 * MINUTE + 3_000 });
      assert.equal(await got, "dedicated");
      assert.equal(auto.logged.at(-1), `${why}; the run gets a dedicated Keycloak`);
      await assert.rejects(refused, { name: "UnavailableError", message: why });
      assert.deepEqual(
        stage.leases().map(({ run, keycloak }) => [run, keycloak]),
        [[WIKI, "dedicated"]],
      );
    });

  it("whose holder died with an operation open: keeps it, and gets a dedicated Keycloak at once", async () => {
    const stage = newStage();
    const app = newApp(stage, "keycloak", what);
    void app.pass(MINUTE);
    await stage.play({ until: () => app.next() === "sleep" });
    app.die();
    const [auto, warm] = [newRun(stage, WIKI), newRun(stage, "blog-00000b", { mode: "warm" })];
    const got = auto.enter();
    const refused = warm.enter();
    await stage.play();
    assert.equal(await got, "dedicated");
    assert.match(auto.logged.join(), /by pid 1 on ci, which is dead; the run gets a dedicated Keycloak$/);
    await assert.rejects(refused, { name: "UnavailableError", message: /which is dead$/ });
    assert.ok(stage.now() - START < 3_000);
    assert.deepEqual(stage.maintenance()?.holder, app.holder);
    assert.equal(stage.leases().length, 1);
  });

  it("that is stale: removes it, and gets the warm Keycloak", async () => {
    const stage = newStage();
    const app = newApp(stage, "keycloak");
    void app.pass(MINUTE);
    await stage.play({ until: () => app.next() === "sleep" });
    app.die();
    const run = newRun(stage, WIKI, {}, newHost({ leftOver: true }));
    const got = run.enter();
    await stage.play();
    assert.equal(await got, "warm");
    assert.equal(stage.maintenance(), undefined);
    assert.equal(stage.leases()[0]?.keycloak, "warm");
  });

  for (const mode of ["auto", "warm", "dedicated", "none"] as const)
    for (const dies of [false, true])
      it(`of an app that no run uses${dies ? ", whose holder died" : ""}: begins at once (mode ${mode})`, async () => {
        const stage = newStage();
        const app = newApp(stage, "custom-html");
        void app.pass(20 * MINUTE);
        await stage.play({ until: () => app.next() === "sleep" });
        if (dies) app.die();
        const run = newRun(stage, WIKI, { mode });
        const got = run.enter();
        await stage.play({ until: () => run.next() === undefined });
        assert.equal(await got, mode === "auto" ? "warm" : mode);
        assert.deepEqual([run.logged, stage.now()], [[], START]);
        assert.ok(stage.maintenance(), "it is left alone");
      });

  for (const mode of ["none", "dedicated"] as const)
    it(`of Keycloak alone isn't blocked in mode ${mode}`, async () => {
      const stage = newStage();
      const app = newApp(stage, "keycloak");
      void app.pass(20 * MINUTE);
      await stage.play({ until: () => app.next() === "sleep" });
      const got = newRun(stage, WIKI, { mode }).enter();
      await stage.play({ until: () => stage.now() > START });
      assert.equal(await got, mode);
    });

  for (const mode of ["auto", "warm", "dedicated", "none"] as const)
    for (const dies of [false, true])
      it(`of Traefik, ${dies ? "whose holder died" : "for too long"}: fails (mode ${mode})`, async () => {
        const stage = newStage();
        const app = newApp(stage, "traefik");
        void app.pass(20 * MINUTE);
        await stage.play({ until: () => app.next() === "sleep" });
        if (dies) app.die();
        const run = newRun(stage, WIKI, { mode });
        const refused = run.enter();
        await run.until("put");
        await stage.play({ until: () => run.next() === undefined });
        await assert.rejects(refused, { name: "UnavailableError", message: /^traefik is in maintenance/ });
        assert.ok(!run.logged.join().includes("dedicated"));
        assert.deepEqual(stage.leases(), []);
        const waited = stage.now() - START;
        assert.ok(dies ? waited === 0 : waited >= 10 * MINUTE && waited < 10 * MINUTE + 3_000, `${waited} ms`);
      });
});
