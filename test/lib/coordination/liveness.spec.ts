import assert from "node:assert/strict";
import type { Life } from "../../../providers/lib/process/identity.ts";
import type { LeaseNote } from "../../../providers/lib/coordination/coordinationStore.ts";
import { holder, isLive } from "../../../providers/lib/coordination/liveness.ts";
import { after, MINUTE, START } from "../../lease/scheduler.ts";

const owner = { host: "ci", boot: "b", pidns: "n", pid: 7, started: 1 };
const timed: LeaseNote = {
  format: 1,
  kind: "run",
  run: "wiki-00000a",
  keycloak: "warm",
  domains: [],
  since: after(0),
  until: after(MINUTE),
};
const held: LeaseNote = { ...timed, owner };

const before = START + MINUTE - 1;
const end = START + MINUTE;
const long = START + 1_000 * MINUTE;

describe("a lease's life", () => {
  it("P8: ends at its end to the millisecond where nobody holds it, and nobody is asked", async () => {
    const asked = () => Promise.reject(new Error("asked"));
    assert.equal(await isLive(timed, before, asked), true);
    assert.equal(await isLive(timed, end, asked), false);
  });

  for (const [life, lives] of [
    ["alive", [true, true, true]],
    ["dead", [false, false, false]],
    ["unknown", [true, false, false]],
  ] as const)
    it(`F39: held by a process that is ${life}: ${lives.join(", ")} just before its end, at it, and long after`, async () => {
      const judge = async (who: unknown): Promise<Life> => {
        assert.deepEqual(who, owner);
        return life;
      };
      assert.deepEqual(await Promise.all([before, end, long].map(now => isLive(held, now, judge))), lives);
    });

  it("is told by who holds it, or by its end", () => {
    assert.equal(holder(held), "pid 7 on ci");
    assert.equal(holder(timed), `until ${after(MINUTE)}`);
  });
});
