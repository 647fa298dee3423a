import assert from "node:assert/strict";
import { DEFAULT_TTL, LEASE_DURATION, RENEW_INTERVAL } from "../../../providers/lib/coordination/liveness.ts";
import { DRAIN_LIMIT } from "../../../providers/lib/coordination/maintenance.ts";
import { leaseTerms } from "../../../providers/lib/coordination/terms.ts";

const MINUTE = 60_000;

describe("how long a lease lasts", () => {
  it("P8: is half an hour without a renewal, two hours for steps that nobody renews", () => {
    assert.deepEqual([LEASE_DURATION, DEFAULT_TTL], [30 * MINUTE, 120 * MINUTE]);
  });

  it("P8: is several renewals, so that one or two may fail, and a renewal is no hot loop", () => {
    assert.equal(RENEW_INTERVAL, 5 * MINUTE);
    assert.ok(LEASE_DURATION >= 3 * RENEW_INTERVAL);
  });

  it("P8: is the terms' own for steps that say so", () => {
    const holder = { host: "ci", boot: "b", pidns: "n", pid: 7, started: 1 };
    assert.deepEqual(leaseTerms(undefined), { holder: undefined, duration: DEFAULT_TTL });
    assert.deepEqual(leaseTerms(JSON.stringify({ seconds: 90 })), { holder: undefined, duration: 90_000 });
    assert.deepEqual(leaseTerms(JSON.stringify({ holder })), { holder, duration: LEASE_DURATION });
    for (const text of ['{"seconds":0}', '{"seconds":-1}', '{"seconds":1,"more":1}', "{}", '{"seconds":"1"}', "x"])
      assert.throws(() => leaseTerms(text), text);
  });

  it("is what an upgrade waits for at most: the lease of a run that died unseen has ended by then", () => {
    assert.equal(DRAIN_LIMIT, 30 * MINUTE);
    assert.ok(DRAIN_LIMIT >= LEASE_DURATION);
  });
});
