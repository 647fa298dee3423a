import assert from "node:assert/strict";
import { LEASE_DURATION } from "../../providers/lib/coordination/liveness.ts";
import { after, MINUTE, newStage } from "./scheduler.ts";
import { newRun } from "./participants.ts";

const WIKI = "wiki-00000a";

describe("a run on a free host", () => {
  it("P8: gets the warm Keycloak, and its lease records its domains, expiry and holder", async () => {
    const stage = newStage();
    const run = newRun(stage, WIKI, { domains: ["wiki-00000a.test", "sso-00000a.test"] });
    const got = run.enter();
    await stage.play();
    assert.equal(await got, "warm");
    const domains = ["wiki-00000a.test", "sso-00000a.test"];
    assert.deepEqual(stage.leases(), [
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
    assert.equal(stage.entries()[0]?.name, "hearth-run-00000a");
    assert.deepEqual(run.did, ["put hearth-run-00000a", "all", "look"]);
    assert.deepEqual(run.logged, []);
  });

  it("P8: gets a timed lease without a holder", async () => {
    const stage = newStage();
    const got = newRun(stage, WIKI, { holder: undefined, duration: 5 * MINUTE }).enter();
    await stage.play();
    assert.equal(await got, "warm");
    assert.equal(stage.leases()[0]?.expiresAt, after(5 * MINUTE));
    assert.ok(!("holder" in stage.leases()[0]!));
  });

  for (const mode of ["none", "dedicated"] as const)
    it(`doesn't observe the warm Keycloak in mode ${mode}`, async () => {
      const stage = newStage();
      const run = newRun(stage, WIKI, { mode });
      const got = run.enter();
      await stage.play();
      assert.equal(await got, mode);
      assert.equal(stage.leases()[0]?.keycloak, mode);
      assert.ok(!run.did.includes("look"));
    });
});

describe("a run whose store fails", () => {
  it("F16, P8: keeps the lease of the run with the same identity", async () => {
    const stage = newStage();
    const first = newRun(stage, WIKI);
    void first.enter();
    await stage.play();
    const before = stage.entries();
    for (const timed of [true, false]) {
      const second = newRun(stage, WIKI, timed ? { holder: undefined } : {});
      second.store.create = () => Promise.reject(new Error("the swarm has no leader"));
      const failed = second.enter();
      await stage.play();
      await assert.rejects(failed, { message: "the swarm has no leader" });
      assert.deepEqual(stage.entries(), before);
    }
  });

  it("P8: releases its own lease", async () => {
    const stage = newStage();
    const run = newRun(stage, WIKI);
    run.host.observe = () => Promise.reject(new Error("no such host"));
    const failed = run.enter();
    await stage.play();
    await assert.rejects(failed, { message: "no such host" });
    assert.deepEqual(stage.leases(), []);
  });
});
