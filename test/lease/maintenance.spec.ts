import assert from "node:assert/strict";
import { after, MINUTE, newStage, START } from "./scheduler.ts";
import { newApp, newHost, newRun } from "./participants.ts";

const WIKI = "wiki-00000a";
const what = "1.0.0+1 → 1.1.0+2";

describe("a run that meets maintenance", () => {
  it("F16: waits without a lease, says once who, at what and since when, and gets in once it is over", async () => {
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
    assert.deepEqual(run.said, [
      `waiting: keycloak is in maintenance (${what}) since ${after(0)}, by pid ${app.holder.pid} on ci`,
    ]);
    assert.ok(stage.now() - START < 5 * MINUTE + 3_000);
  });

  it("F16: says it again where it is another one by now", async () => {
    const stage = newStage();
    const app = newApp(stage, "keycloak");
    const run = newRun(stage, WIKI);
    const done = app.pass(MINUTE).then(() => newApp(stage, "traefik").pass(MINUTE));
    await stage.play({ until: () => app.next() === "sleep" });
    void run.enter();
    await stage.play();
    await done;
    assert.deepEqual(
      run.said.map(line => /waiting: (\w+)/.exec(line)?.[1]),
      ["keycloak", "traefik"],
    );
  });

  for (const [whose, owner] of [
    ["whose holder lives", "alive"],
    ["F39: whose holder can't be judged", "unknown"],
  ] as const)
    it(`${whose}: gets a Keycloak of its own once 10 minutes are over, and no sooner`, async () => {
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
      assert.deepEqual([auto.said.length, auto.next() === undefined, warm.next() === undefined], [1, false, false]);
      await stage.play({ until: () => stage.now() - START > 10 * MINUTE + 3_000 });
      assert.equal(await got, "dedicated");
      assert.equal(auto.said.at(-1), `${why}; the run gets a dedicated Keycloak`);
      await assert.rejects(refused, { name: "UnavailableError", message: why });
      assert.deepEqual(
        stage.leases().map(({ run, keycloak }) => [run, keycloak]),
        [[WIKI, "dedicated"]],
      );
    });

  it("whose holder died in the middle of it: gets a Keycloak of its own at once, and lets it hang", async () => {
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
    assert.match(auto.said.join(), /by pid 1 on ci, which is dead; the run gets a dedicated Keycloak$/);
    await assert.rejects(refused, { name: "UnavailableError", message: /which is dead$/ });
    assert.ok(stage.now() - START < 3_000);
    assert.deepEqual(stage.maintenance()?.holder, app.holder);
    assert.equal(stage.leases().length, 1);
  });

  it("that a dead holder left over: takes it away, and gets the kept Keycloak", async () => {
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
      it(`of an app that no run uses${dies ? ", whose holder died" : ""}: begins at once, its mode ${mode}`, async () => {
        const stage = newStage();
        const app = newApp(stage, "custom-html");
        void app.pass(20 * MINUTE);
        await stage.play({ until: () => app.next() === "sleep" });
        if (dies) app.die();
        const run = newRun(stage, WIKI, { mode });
        const got = run.enter();
        await stage.play({ until: () => run.next() === undefined });
        assert.equal(await got, mode === "auto" ? "warm" : mode);
        assert.deepEqual([run.said, stage.now()], [[], START]);
        assert.ok(stage.maintenance(), "it is left alone");
      });

  for (const mode of ["none", "dedicated"] as const)
    it(`of Keycloak alone goes past it where its mode is ${mode}`, async () => {
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
      it(`of Traefik, ${dies ? "whose holder died" : "for too long"}: is refused and never gets a Keycloak of its own instead (mode ${mode})`, async () => {
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
        assert.ok(!run.said.join().includes("dedicated"));
        assert.deepEqual(stage.leases(), []);
        const waited = stage.now() - START;
        assert.ok(dies ? waited === 0 : waited >= 10 * MINUTE && waited < 10 * MINUTE + 3_000, `${waited} ms`);
      });
});
