import assert from "node:assert/strict";
import { MINUTE, newScheduler, START, type Participant } from "./scheduler.ts";
import { DOWN, newHost, newRun, UNREACHABLE, UP, type Host } from "./participants.ts";

const WIKI = "wiki-00000a";

/** A repair that takes `ms` under a lock, and does nothing if Keycloak is up again by then. */
function lockedRepair(host: Host, ms: number): { repair: (by: Participant) => Promise<void>; done: () => number } {
  const lock = { held: false, done: 0 };
  const repair = async (by: Participant) => {
    while (lock.held) await by.sleep(100);
    if (host.keycloak.state === "up") return;
    lock.held = true;
    await by.sleep(ms);
    host.keycloak = UP;
    lock.done += 1;
    lock.held = false;
  };
  return { repair, done: () => lock.done };
}

describe("a run that finds the warm Keycloak down", () => {
  it("F18: repairs it once, holds no lease meanwhile that could block the lock's holder, and uses it", async () => {
    const scheduler = newScheduler();
    const host = newHost({ keycloak: DOWN });
    host.repair = async () => void (host.keycloak = UP);
    const run = newRun(scheduler, WIKI, {}, host);
    const got = run.acquire();
    await scheduler.run();
    assert.equal(await got, "warm");
    assert.deepEqual(run.calls, [
      "create hearth-run-00000a",
      "list",
      "observe",
      "list",
      "remove hearth-run-00000a",
      "repair",
      "create hearth-run-00000a",
      "list",
      "observe",
    ]);
    assert.deepEqual(run.logged, ["keycloak is down: 0 of 1 tasks run: repairing it"]);
  });

  it("F18: gets a dedicated one if the repair fails, and records that in its lease", async () => {
    const scheduler = newScheduler();
    const run = newRun(scheduler, WIKI, {}, newHost({ keycloak: DOWN }));
    const got = run.acquire();
    await scheduler.run();
    assert.equal(await got, "dedicated");
    assert.deepEqual(
      scheduler.leases().map(({ keycloak }) => keycloak),
      ["dedicated"],
    );
    assert.equal(run.calls.filter(each => each === "repair").length, 1);
    assert.deepEqual(run.logged, [
      "keycloak is down: 0 of 1 tasks run: repairing it",
      "keycloak can't be repaired: no space left on device",
      "keycloak is down: 0 of 1 tasks run: the run gets a dedicated one",
    ]);
  });

  it("F18: fails in mode warm if the repair fails, and leaves no lease", async () => {
    const scheduler = newScheduler();
    const run = newRun(scheduler, WIKI, { mode: "warm" }, newHost({ keycloak: DOWN }));
    const refused = run.acquire();
    await scheduler.run();
    await assert.rejects(refused, {
      name: "UnavailableError",
      message: "keycloak is down: 0 of 1 tasks run, and hearth:keycloak is warm: no dedicated one is allowed",
    });
    assert.equal(run.calls.filter(each => each === "repair").length, 1);
    assert.deepEqual(scheduler.leases(), []);
  });

  it("waits for a route that fails for a minute, and says so once", async () => {
    const scheduler = newScheduler();
    const host = newHost({ keycloak: UNREACHABLE });
    const run = newRun(scheduler, WIKI, {}, host);
    const got = run.acquire();
    void scheduler
      .participant("ingress")
      .sleep(MINUTE)
      .then(() => (host.keycloak = UP));
    await scheduler.run();
    assert.equal(await got, "warm");
    assert.deepEqual(run.logged, ["waiting: keycloak isn't reached: timed out"]);
    assert.ok(!run.calls.includes("repair"));
    assert.ok(scheduler.now() - START < MINUTE + 10_000);
  });

  for (const mode of ["auto", "warm"] as const)
    it(`fails, neither repairing nor replacing it, if it stays unreachable for two minutes (mode ${mode})`, async () => {
      const scheduler = newScheduler();
      const run = newRun(scheduler, WIKI, { mode }, newHost({ keycloak: UNREACHABLE }));
      const refused = run.acquire();
      await scheduler.run();
      await assert.rejects(refused, {
        name: "UnavailableError",
        message: /^keycloak isn't reached: timed out; waited 120 s \(hearth:wait\.keycloak\)/,
      });
      assert.deepEqual(run.calls.slice(0, 3), ["create hearth-run-00000a", "list", "observe"]);
      assert.ok(!run.calls.includes("repair") && scheduler.leases().length === 0);
      assert.ok(scheduler.now() - START >= 2 * MINUTE);
    });

  it("waits as long as configured, and once more says what it waits for if that changes", async () => {
    const scheduler = newScheduler();
    const host = newHost({ keycloak: UNREACHABLE });
    const run = newRun(scheduler, WIKI, { unreachableLimit: 5_000 }, host);
    const refused = run.acquire();
    await run.runUntil("sleep");
    host.keycloak = { state: "unclear", words: "can't be observed: the swarm has no leader" };
    await scheduler.run();
    await assert.rejects(refused, { name: "UnavailableError", message: /no leader; waited 5 s/ });
    assert.equal(run.logged.length, 2);
    assert.equal(scheduler.now() - START, 5_000);
  });

  it("F45: shares one repair with nine other runs, none of which gets a dedicated one", async () => {
    const scheduler = newScheduler();
    const host = newHost({ keycloak: DOWN });
    const { repair, done } = lockedRepair(host, 2 * MINUTE);
    host.repair = repair;
    const runs = Array.from({ length: 10 }, (_, at) => newRun(scheduler, `wiki-00000${at}`, {}, host));
    const got = runs.map(run => run.acquire());
    await scheduler.run();
    assert.deepEqual(await Promise.all(got), Array(10).fill("warm"));
    assert.equal(done(), 1);
    assert.ok(!runs.some(({ logged }) => logged.join().includes("gets a dedicated one")));
    assert.ok(scheduler.now() - START < 3 * MINUTE);
  });
});
