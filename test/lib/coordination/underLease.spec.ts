import assert from "node:assert/strict";
import type { Liveness } from "../../../providers/lib/process/identity.ts";
import type { LeaseRecord } from "../../../providers/lib/coordination/records.ts";
import { underLease } from "../../../providers/lib/coordination/underLease.ts";
import { FakeStore } from "../../commands/reap/fakeHost.ts";
import { at, DOCS, HOUR, leaseRecord, NOW, processOf } from "../../commands/reap/observed.ts";

const RUN = processOf(5);
const REAPER = processOf(999);

describe("what a run creates with a backend that is no file", () => {
  let store: FakeStore;
  let did: string[];
  let liveness: Liveness;
  const lease = (more: Partial<LeaseRecord> = {}) => leaseRecord(DOCS, { expiresAt: at(HOUR), holder: RUN, ...more });
  const timed = (more: Partial<LeaseRecord> = {}) => {
    const { holder: _, ...record } = lease(more);
    return record;
  };
  const change = (record: LeaseRecord | undefined) => {
    store.entries = [];
    if (record) store.add(record);
  };
  const create = (holder: typeof RUN | undefined, meanwhile: () => void = () => undefined) =>
    underLease(
      DOCS,
      async () => {
        did.push("create");
        meanwhile();
        return "made";
      },
      async () => void did.push("undo"),
      { store, holder, now: () => NOW, liveness: async () => liveness },
    );

  beforeEach(() => {
    store = new FakeStore([]);
    did = [];
    liveness = "alive";
  });

  it("F52: is created under the run's own lease, held or timed", async () => {
    change(lease());
    assert.equal(await create(RUN), "made");
    change(timed());
    assert.equal(await create(undefined), "made");
    change(lease({ expiresAt: at(-HOUR) }));
    assert.equal(await create(RUN), "made", "the clock was set, but its holder is alive");
    assert.deepEqual(did, ["create", "create", "create"]);
  });

  for (const [what, record, holder] of [
    ["no lease", undefined, RUN],
    ["no timed lease", undefined, undefined],
    ["a lease that the reaper holds", lease({ holder: REAPER }), RUN],
    ["a timed lease that the reaper holds", lease({ holder: REAPER }), undefined],
    ["a later run's lease", timed(), RUN],
    ["a timed lease that has ended", timed({ expiresAt: at(-1) }), undefined],
  ] as const)
    it(`F52: isn't created with ${what}, nor kept if that is so afterwards`, async () => {
      liveness = record && "holder" in record ? "alive" : "unknown";
      change(record);
      await assert.rejects(create(holder), { name: "LeaseLostError" });
      assert.deepEqual(did, []);
      change(holder ? lease() : timed());
      await assert.rejects(
        create(holder, () => change(record)),
        { name: "LeaseLostError" },
      );
      assert.deepEqual(did, ["create", "undo"]);
    });

  it("F52: isn't created under a held lease that has ended and whose holder can't be observed", async () => {
    change(lease({ expiresAt: at(-1) }));
    liveness = "unknown";
    await assert.rejects(create(RUN), /the lease of docs-9c1995 has ended/);
  });

  it("F52: is removed if it fails half created and the lease is lost; the error stays its own", async () => {
    for (const lost of [false, true]) {
      did = [];
      change(lease());
      const failing = create(RUN, () => {
        if (lost) change(undefined);
        throw new Error("no space");
      });
      await assert.rejects(failing, /no space/);
      assert.deepEqual(did, lost ? ["create", "undo"] : ["create"]);
    }
  });

  it("F50: is kept if the second look fails", async () => {
    change(lease());
    const made = await create(RUN, () => void (store.list = () => Promise.reject(new Error("no leader"))));
    assert.deepEqual([made, did], ["made", ["create"]]);
  });
});
