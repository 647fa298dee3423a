import assert from "node:assert/strict";
import { LEASE_DURATION } from "../../providers/lib/coordination/liveness.ts";
import { after, MINUTE, newScheduler } from "./scheduler.ts";
import { newRun } from "./participants.ts";

const WIKI = "wiki-00000a";

describe("a run on a free host", () => {
  it("P8: gets the warm Keycloak, and its lease records its domains, expiry and holder", async () => {
    const scheduler = newScheduler();
    const run = newRun(scheduler, WIKI, { domains: ["wiki-00000a.test", "sso-00000a.test"] });
    const got = run.acquire();
    await scheduler.run();
    assert.equal(await got, "warm");
    const domains = ["wiki-00000a.test", "sso-00000a.test"];
    assert.deepEqual(scheduler.leases(), [
      {
        format: 1,
        kind: "run",
        run: WIKI,
        keycloak: "warm",
        domains,
        acquiredAt: after(0),
        expiresAt: after(LEASE_DURATION),
        holder: run.holder,
      },
    ]);
    assert.equal(scheduler.records()[0]?.name, "hearth-run-00000a");
    assert.deepEqual(run.calls, ["create hearth-run-00000a", "list", "observe"]);
    assert.deepEqual(run.logged, []);
  });

  it("P8: gets a timed lease without a holder", async () => {
    const scheduler = newScheduler();
    const got = newRun(scheduler, WIKI, { holder: undefined, duration: 5 * MINUTE }).acquire();
    await scheduler.run();
    assert.equal(await got, "warm");
    assert.equal(scheduler.leases()[0]?.expiresAt, after(5 * MINUTE));
    assert.ok(!("holder" in scheduler.leases()[0]!));
  });

  for (const mode of ["none", "dedicated"] as const)
    it(`doesn't observe the warm Keycloak in mode ${mode}`, async () => {
      const scheduler = newScheduler();
      const run = newRun(scheduler, WIKI, { mode });
      const got = run.acquire();
      await scheduler.run();
      assert.equal(await got, mode);
      assert.equal(scheduler.leases()[0]?.keycloak, mode);
      assert.ok(!run.calls.includes("observe"));
    });
});

describe("a run whose store fails", () => {
  it("F16, P8: keeps the lease of the run with the same identity", async () => {
    const scheduler = newScheduler();
    const first = newRun(scheduler, WIKI);
    void first.acquire();
    await scheduler.run();
    const before = scheduler.records();
    for (const timed of [true, false]) {
      const second = newRun(scheduler, WIKI, timed ? { holder: undefined } : {});
      second.store.create = () => Promise.reject(new Error("the swarm has no leader"));
      const failed = second.acquire();
      await scheduler.run();
      await assert.rejects(failed, { message: "the swarm has no leader" });
      assert.deepEqual(scheduler.records(), before);
    }
  });

  it("P8: releases its own lease", async () => {
    const scheduler = newScheduler();
    const run = newRun(scheduler, WIKI);
    run.host.observe = () => Promise.reject(new Error("no such host"));
    const failed = run.acquire();
    await scheduler.run();
    await assert.rejects(failed, { message: "no such host" });
    assert.deepEqual(scheduler.leases(), []);
  });
});
