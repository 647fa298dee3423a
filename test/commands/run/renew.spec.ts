import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { renewalStep, startRenewing } from "../../../commands/run/renew.ts";
import { MAINTENANCE_NAME, type CoordinationStore } from "../../../providers/lib/coordination/coordinationStore.ts";
import { LEASE_DURATION } from "../../../providers/lib/coordination/liveness.ts";
import type { LeaseRecord } from "../../../providers/lib/coordination/records.ts";
import { createFakeStore, type FakeStore } from "../../lib/coordination/fakeStore.ts";
import type { Participant } from "../../lease/scheduler.ts";

const run = "docs-00000a";
const holder = { host: "ci", boot: "b", pidns: "n", pid: 7, started: 1 };
const other = { ...holder, pid: 8 };
const old = "2026-01-01T00:00:00.000Z";
const lease = {
  format: 1,
  kind: "run",
  run,
  keycloak: "warm",
  domains: ["docs.test"],
  acquiredAt: old,
  holder,
} as const;
const record: LeaseRecord = { ...lease, domains: ["docs.test"], expiresAt: old };

describe("the renewal of a run's lease", () => {
  let fake: FakeStore;
  let store: CoordinationStore;
  let lost: string[];
  let logged: string[];
  let isRemoved: boolean;
  beforeEach(() => {
    fake = createFakeStore(() => Date.now());
    store = fake.clientOf({ pauseAt: async () => undefined } as unknown as Participant);
    [lost, logged, isRemoved] = [[], [], false];
  });

  const leases = () => fake.all().map(each => each.record as LeaseRecord);
  const create = (created: LeaseRecord) => store.create("hearth-run-00000a", created);
  const drop = async () => {
    for (const each of fake.all()) await store.remove(each);
  };
  /** Renews every few milliseconds while `work` runs, and a little longer. */
  async function renewing(work: (acquired: () => void) => Promise<void>): Promise<void> {
    const options = { onLost: (why: string) => void lost.push(why), isRemoved: async () => isRemoved };
    const log = (line: string) => void logged.push(line);
    const renewal = startRenewing(run, { ...options, holder, every: 2, store, log });
    try {
      await work(() => renewal.acquired());
      await sleep(30);
    } finally {
      renewal.stop();
    }
  }
  const isRenewed = ({ expiresAt }: LeaseRecord) => Date.parse(expiresAt) > Date.now() + LEASE_DURATION - 10_000;

  it("P8: extends it, before the run has all that it needs too", async () => {
    await create(record);
    await renewing(async () => undefined);
    assert.deepEqual(leases().map(isRenewed), [true]);
    assert.deepEqual([lost, logged], [[], []]);
  });

  it("says nothing while the run has released it to wait for maintenance, and creates none then", async () => {
    await create(record);
    await renewing(async () => {
      await sleep(20);
      await drop();
    });
    assert.deepEqual([leases(), lost, logged], [[], [], []]);
  });

  it("P8: acquires it again, as it was, if it is lost while the command runs", async () => {
    await create(record);
    await renewing(async acquired => {
      acquired();
      await sleep(20);
      await drop();
    });
    assert.equal(leases().length, 1);
    const { expiresAt: _, ...kept } = leases()[0]!;
    assert.deepEqual(kept, lease);
    assert.ok(isRenewed(leases()[0]!));
    assert.deepEqual([lost, logged], [[], [`the lease of ${run} was lost and is acquired again`]]);
  });

  it("P8, F16: ends the run, once, if another process has the lease, which it neither extends nor removes", async () => {
    await create(record);
    await renewing(async acquired => {
      acquired();
      await sleep(20);
      await drop();
      await create({ ...record, holder: other });
    });
    assert.deepEqual(leases(), [{ ...record, holder: other }]);
    assert.deepEqual(lost, [`the lease of ${run} was lost: another process holds it`]);
  });

  it("P8: ends the run if the reaper has removed what it created", async () => {
    await create(record);
    await renewing(async acquired => {
      acquired();
      await sleep(20);
      isRemoved = true;
      await drop();
    });
    assert.deepEqual(leases(), []);
    assert.deepEqual(lost, [`the lease of ${run} was lost: what the run created was removed`]);
  });

  for (const blocks of ["warm", "none"] as const)
    it(`F16: ${blocks === "warm" ? "ends" : "doesn't end"} the run during maintenance that blocks ${blocks}`, async () => {
      await create(record);
      await renewing(async acquired => {
        acquired();
        await sleep(20);
        await drop();
        const about = { app: "keycloak", domain: "k.test", what: "1 → 2", startedAt: old, expiresAt: old };
        const maintenance = {
          format: 1,
          kind: "maintenance",
          ...about,
          blocks,
          holder: other,
          stateDir: "/s",
        } as const;
        await store.create(MAINTENANCE_NAME, maintenance);
      });
      const runs = leases().filter(({ kind }) => kind === "run");
      assert.equal(runs.length, blocks === "warm" ? 0 : 1);
      const why = `the lease of ${run} was lost: an app that it uses is in maintenance`;
      assert.deepEqual(lost, blocks === "warm" ? [why] : []);
    });

  it("warns and tries again while the swarm doesn't answer", async () => {
    await create(record);
    const { list } = store;
    store.list = () => Promise.reject(new Error("no leader"));
    await renewing(async acquired => {
      acquired();
      await sleep(20);
      store.list = list;
    });
    assert.match(logged[0]!, /^warning: the lease of docs-00000a not renewed: no leader$/);
    assert.deepEqual([leases().map(isRenewed), lost], [[true], []]);
  });

  it("decides by the lease's holder, and by whether the run has acquired it", () => {
    const found = [undefined, record, { ...record, holder: other }, { ...record, holder: undefined }];
    const steps = (isAcquired: boolean) => found.map(each => renewalStep(each, holder, isAcquired));
    assert.deepEqual(steps(false), ["wait", "extend", "wait", "wait"]);
    assert.deepEqual(steps(true), ["acquire", "extend", "end", "end"]);
  });
});
