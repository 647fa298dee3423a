import assert from "node:assert/strict";
import { DRAIN_LIMIT } from "../../../providers/lib/coordination/maintenance.ts";
import { LEASE_DURATION } from "../../../providers/lib/coordination/liveness.ts";
import { after, MINUTE, newStage, START, type Stage } from "../../lease/scheduler.ts";
import { newApp, newRun, type Run } from "../../lease/participants.ts";

/** Lets runs acquire their leases, one second apart. */
async function inside(stage: Stage, ...runs: Run[]): Promise<void> {
  for (const run of runs) {
    const got = run.enter();
    await stage.play();
    await got;
    stage.wait(1_000);
  }
}

describe("draining a warm app", () => {
  it("creates maintenance at once if no run uses the app, with change, start and holder", async () => {
    const stage = newStage();
    const app = newApp(stage, "keycloak", "1.0.0+1 → 1.1.0+2");
    const drained = app.drain();
    await stage.play();
    await drained;
    assert.equal(stage.now(), START);
    const { app: name, domain, what, holder, stateDir } = app.work;
    assert.deepEqual(stage.maintenance(), {
      format: 1,
      kind: "maintenance",
      app: name,
      domain,
      what,
      holder,
      stateDir,
      blocks: "warm",
      startedAt: after(0),
    });
    assert.deepEqual(app.did, ["put hearth-maintenance", "all"]);
  });

  it("waits for its runs, logs each set once with start and holder, and resolves after the last", async () => {
    const stage = newStage();
    const [held, timed] = [
      newRun(stage, "wiki-00000a"),
      newRun(stage, "blog-00000b", { holder: undefined, duration: 10 * MINUTE }),
    ];
    await inside(stage, held, timed);
    const app = newApp(stage, "keycloak");
    const drained = app.drain();
    await stage.play({ until: () => stage.now() - START >= 5 * MINUTE });
    const line = (words: string) => `waiting: in use by ${words}`;
    const timedWords = `blog-00000b (since ${after(1_000)}, until ${after(1_000 + 10 * MINUTE)})`;
    assert.deepEqual(app.logged, [
      line(`wiki-00000a (since ${after(0)}, pid ${held.holder.pid} on ci), ${timedWords}`),
    ]);
    assert.ok(stage.maintenance());
    held.die();
    await stage.play();
    await drained;
    assert.deepEqual(app.logged.slice(1), [line(timedWords)]);
    const waited = stage.now() - START - 10 * MINUTE;
    assert.ok(waited >= 1_000 && waited < 4_000, "until the timed lease expired, and no longer");
  });

  it("F39: waits for a run of unknown liveness until its lease expires", async () => {
    const stage = newStage();
    const run = newRun(stage, "wiki-00000a");
    await inside(stage, run);
    run.liveness = "unknown";
    const drained = newApp(stage, "keycloak").drain(LEASE_DURATION + MINUTE);
    await stage.play();
    await drained;
    assert.ok(stage.now() - START >= LEASE_DURATION && stage.now() - START < LEASE_DURATION + 3_000);
  });

  it("F39: waits for a live run even after its lease expired", async () => {
    const stage = newStage();
    await inside(stage, newRun(stage, "wiki-00000a", { duration: MINUTE }));
    const refused = newApp(stage, "keycloak").drain();
    await stage.play();
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
      const stage = newStage();
      await inside(stage, newRun(stage, "wiki-00000a", { mode }));
      const app = newApp(stage, name);
      void app.drain();
      await stage.play({ until: () => app.next() === "sleep" });
      assert.equal(app.next(), waits ? "sleep" : undefined);
    });

  it("doesn't wait for a dead run, and leaves its lease to the reaper", async () => {
    const stage = newStage();
    const run = newRun(stage, "wiki-00000a");
    await inside(stage, run);
    run.die();
    const app = newApp(stage, "traefik");
    const drained = app.drain();
    await stage.play();
    await drained;
    assert.deepEqual([app.logged, stage.leases().length], [[], 1]);
  });

  it("fails at the limit and names the runs; maintenance is released, and runs can begin again", async () => {
    const stage = newStage();
    const run = newRun(stage, "wiki-00000a");
    await inside(stage, run);
    const app = newApp(stage, "keycloak");
    const refused = app.drain();
    const begun = stage.now();
    await stage.play({ until: () => stage.now() - begun >= DRAIN_LIMIT });
    assert.ok(stage.maintenance());
    await stage.play();
    const message = `still in use after 30 minutes: in use by wiki-00000a (since ${after(0)}, pid ${run.holder.pid} on ci)`;
    await assert.rejects(refused, { name: "InUseError", message });
    assert.ok(stage.now() - begun < DRAIN_LIMIT + 3_000);
    assert.equal(stage.maintenance(), undefined);
    assert.equal(stage.leases().length, 1);
    const got = newRun(stage, "blog-00000b").enter();
    await stage.play();
    assert.equal(await got, "warm");
  });

  it("releases maintenance if the store fails", async () => {
    const stage = newStage();
    const app = newApp(stage, "keycloak");
    const { list: all } = app.store;
    let failed = false;
    app.store.list = () => {
      if (failed) return all();
      failed = true;
      return Promise.reject(new Error("the swarm has no leader"));
    };
    const refused = app.drain();
    await stage.play();
    await assert.rejects(refused, { message: "the swarm has no leader" });
    assert.equal(stage.maintenance(), undefined);
  });
});
