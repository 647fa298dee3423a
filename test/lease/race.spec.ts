import assert from "node:assert/strict";
import type { KeycloakMode } from "../../providers/lease/request.ts";
import { MINUTE, newScheduler, START } from "./scheduler.ts";
import { LEASE_DURATION } from "../../providers/lib/coordination/liveness.ts";
import { renewMaintenance } from "../../providers/lib/coordination/maintenance.ts";
import { conflicts, DOWN, newApp, newHost, newRun, UP } from "./participants.ts";

/** Every order in which the run and the app create their records and list the others', and which then goes first. */
const orders = [
  { order: ["run creates", "run lists", "app creates", "app lists"], first: "run" },
  { order: ["run creates", "app creates", "run lists", "app lists"], first: "app" },
  { order: ["run creates", "app creates", "app lists", "run lists"], first: "app" },
  { order: ["app creates", "run creates", "run lists", "app lists"], first: "app" },
  { order: ["app creates", "run creates", "app lists", "run lists"], first: "app" },
  { order: ["app creates", "app lists", "run creates", "run lists"], first: "app" },
] as const;

const pairs: readonly { app: "keycloak" | "traefik"; mode: KeycloakMode }[] = [
  { app: "keycloak", mode: "auto" },
  { app: "traefik", mode: "auto" },
  { app: "traefik", mode: "dedicated" },
  { app: "traefik", mode: "none" },
];

describe("a run and an upgrade that start at the same time", () => {
  for (const { app: name, mode } of pairs)
    for (const { order, first } of orders)
      it(`F16: ${name}, mode ${mode}, ${order.join(", ")}: the ${first} goes first and both finish`, async () => {
        const scheduler = newScheduler();
        const [run, app] = [newRun(scheduler, "wiki-00000a", { mode }), newApp(scheduler, name)];
        const ends = [run.acquireAndHold(2 * MINUTE), app.drainAndHold(3 * MINUTE)];
        for (const step of order) await (step.startsWith("run") ? run : app).step();

        let firstIn = "";
        const watch = () => {
          assert.ok(!conflicts(run, app), "the run uses an app that is being changed");
          if (run.inside) firstIn ||= "run";
          if (app.inside) firstIn ||= "app";
          return false;
        };
        await scheduler.run({ until: watch });
        assert.deepEqual(await Promise.all(ends), [mode === "auto" ? "warm" : mode, undefined]);
        assert.equal(firstIn, first);
        assert.deepEqual(scheduler.records(), []);
        assert.ok(scheduler.now() - START < 5 * MINUTE + 10_000, "a process waited without a reason");
      });

  it("F16: release the lease if maintenance is created between the lease and the run's check", async () => {
    const scheduler = newScheduler();
    const [run, app] = [newRun(scheduler, "wiki-00000a"), newApp(scheduler, "keycloak")];
    const got = run.acquire();
    await run.runUntil("list");
    const drained = app.drain();
    await app.runUntil("sleep");
    assert.match(app.logged.join(), /^waiting: in use by wiki-00000a/);
    await run.runUntil("sleep");
    assert.deepEqual(scheduler.leases(), []);
    await app.runToEnd();
    await drained; // although the run still sleeps
    assert.equal(run.next(), "sleep");
    for (const _ of Array(5)) await run.runUntil("list").then(() => run.runUntil("sleep"));
    assert.equal(
      run.calls.filter(each => each.startsWith("create")).length,
      1,
      "it created its lease again during maintenance",
    );
    const released = app.release();
    await scheduler.run();
    await released;
    assert.equal(await got, "warm");
  });
});

describe("a warm app with many waiting runs", () => {
  it("F16: is drained as soon as the last active run has ended", async () => {
    const scheduler = newScheduler();
    const first = newRun(scheduler, "wiki-0000ff");
    const ends: Promise<unknown>[] = [first.acquireAndHold(2 * MINUTE)];
    await scheduler.run({ until: () => first.inside !== undefined });
    const app = newApp(scheduler, "traefik");
    ends.push(app.drainAndHold(MINUTE));
    await app.runUntil("list");
    for (let at = 10; at < 50; at += 1) ends.push(newRun(scheduler, `wiki-0000${at}`).acquireAndHold(MINUTE));
    await scheduler.run({ until: () => app.inside });
    assert.ok(scheduler.now() - START < 2 * MINUTE + 10_000, `after ${(scheduler.now() - START) / 1000} s`);
    await scheduler.run();
    await Promise.all(ends);
  });
});

describe("stale maintenance", () => {
  it("isn't removed by a run after another app has taken it over", async () => {
    const scheduler = newScheduler();
    const host = newHost({ staleMaintenance: true });
    const [dead, app] = [newApp(scheduler, "traefik"), newApp(scheduler, "keycloak", "", host)];
    void dead.drain();
    await scheduler.run();
    dead.kill();
    const [dedicated, warm] = [
      newRun(scheduler, "wiki-00000a", { mode: "dedicated" }, host),
      newRun(scheduler, "blog-00000b", {}, host),
    ];
    const ends = [dedicated.acquireAndHold(MINUTE)];
    await dedicated.runUntil("list");
    await dedicated.step(); // it has listed the dead process's maintenance
    ends.push(app.drainAndHold(5 * MINUTE) as Promise<never>);
    await scheduler.run({ choose: () => app, until: () => app.inside });
    ends.push(warm.acquireAndHold(MINUTE));
    await scheduler.run({
      until: () => (assert.ok(!conflicts(warm, app), "a run uses Keycloak while it is being changed"), false),
    });
    assert.deepEqual(await Promise.all(ends), ["dedicated", undefined, "warm"]);
  });

  it("isn't removed by a run after another process of that app has taken it over", async () => {
    const scheduler = newScheduler();
    const host = newHost({ staleMaintenance: true, keycloak: DOWN });
    const [dead, app] = [newApp(scheduler, "keycloak"), newApp(scheduler, "keycloak", "", host)];
    void dead.drain();
    await scheduler.run();
    dead.kill();
    const [remover, warm] = [
      newRun(scheduler, "wiki-00000a", { mode: "warm" }, host),
      newRun(scheduler, "blog-00000b", {}, host),
    ];
    const refused = remover.acquire();
    await remover.runUntil("list");
    await remover.step(); // it has listed the dead process's maintenance
    const done = app.drainAndHold(5 * MINUTE);
    await app.runUntil("sleep");
    await app.runUntil("create");
    await app.runUntil("list");
    await app.step(); // its maintenance exists; it has not yet checked for active runs
    await scheduler.run({ choose: () => remover, until: () => remover.next() === undefined });
    await assert.rejects(refused, { name: "UnavailableError" });
    host.keycloak = UP;
    await scheduler.run({ choose: () => app, until: () => app.inside || app.next() === "sleep" });
    const got = warm.acquireAndHold(MINUTE);
    await scheduler.run({
      until: () => (assert.ok(!conflicts(warm, app), "a run uses Keycloak while it is being changed"), false),
    });
    assert.equal(await got, "warm");
    await done;
  });

  it("F54: isn't removed by a run if its holder, which nobody can observe, renews it just then", async () => {
    const scheduler = newScheduler();
    const host = newHost({ staleMaintenance: true });
    const [app, run] = [newApp(scheduler, "keycloak", "", host), newRun(scheduler, "wiki-00000a", {}, host)];
    const renewer = scheduler.participant("its timer");
    app.liveness = "unknown";
    const done = app.drainAndHold(35 * MINUTE);
    await scheduler.run({ until: () => app.inside });
    scheduler.advance(LEASE_DURATION);
    const got = run.acquireAndHold(MINUTE);
    await run.runUntil("replace hearth-maintenance"); // it has found the maintenance expired
    const renewed = renewMaintenance({ ...app.host, store: renewer.store }, app.work, async () => true);
    await renewer.runToEnd();
    assert.equal(await renewed, true);
    await scheduler.run({
      until: () => (assert.ok(!conflicts(run, app), "a run uses Keycloak while it is being changed"), false),
    });
    assert.deepEqual(await Promise.all([got, done]), ["warm", undefined]);
  });
});
