import assert from "node:assert/strict";
import type { Liveness } from "../../../providers/lib/process/identity.ts";
import type { LeaseRecord } from "../../../providers/lib/coordination/records.ts";
import { describeHolder, isLeaseActive } from "../../../providers/lib/coordination/liveness.ts";
import { after, MINUTE, START } from "../../lease/scheduler.ts";

const holder = { host: "ci", boot: "b", pidns: "n", pid: 7, started: 1 };
const timed: LeaseRecord = {
  format: 1,
  kind: "run",
  run: "wiki-00000a",
  keycloak: "warm",
  domains: [],
  acquiredAt: after(0),
  expiresAt: after(MINUTE),
};
const held: LeaseRecord = { ...timed, holder };

const before = START + MINUTE - 1;
const end = START + MINUTE;
const long = START + 1_000 * MINUTE;

describe("a lease", () => {
  it("P8: that is timed expires to the millisecond without a process query", async () => {
    const asked = () => Promise.reject(new Error("asked"));
    assert.equal(await isLeaseActive(timed, before, asked), true);
    assert.equal(await isLeaseActive(timed, end, asked), false);
  });

  for (const [liveness, lives] of [
    ["alive", [true, true, true]],
    ["dead", [false, false, false]],
    ["unknown", [true, false, false]],
  ] as const)
    it(`F39: with a holder that is ${liveness} is active before, at, after its expiry: ${lives.join(", ")}`, async () => {
      const judge = async (who: unknown): Promise<Liveness> => {
        assert.deepEqual(who, holder);
        return liveness;
      };
      assert.deepEqual(await Promise.all([before, end, long].map(now => isLeaseActive(held, now, judge))), lives);
    });

  it("is described by its holder, or by its expiry", () => {
    assert.equal(describeHolder(held), "pid 7 on ci");
    assert.equal(describeHolder(timed), `until ${after(MINUTE)}`);
  });
});
