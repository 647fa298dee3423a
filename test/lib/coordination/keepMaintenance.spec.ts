import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { CoordinationHost } from "../../../providers/lib/coordination/coordinationStore.ts";
import { keepMaintenance } from "../../../providers/lib/coordination/keepMaintenance.ts";
import { coordinationHost } from "../../../providers/lib/coordination/liveHost.ts";
import { LEASE_DURATION } from "../../../providers/lib/coordination/liveness.ts";
import { claimMaintenance, releaseMaintenance } from "../../../providers/lib/coordination/maintenance.ts";
import type { MaintenanceRecord } from "../../../providers/lib/coordination/records.ts";
import { appFolder } from "../../../providers/lib/state/appFolder.ts";
import { beginOperation, closeOperation } from "../../../providers/lib/state/operation.ts";
import type { Participant } from "../../lease/scheduler.ts";
import { createFakeStore, type FakeStore } from "./fakeStore.ts";

const holder = { host: "ci", boot: "b", pidns: "n", pid: 7, started: 1 };
const scopes = { blockedBy: "warm", blocks: "warm" } as const;
const request = { app: "keycloak", domain: "k.test", what: "1 → 2", ...scopes, holder, stateDir: "/state" };

describe("maintenance while its process works", () => {
  let fake: FakeStore;
  let host: CoordinationHost;
  let clock: number;
  let logged: string[];
  beforeEach(() => {
    [clock, logged] = [Date.now(), []];
    fake = createFakeStore(() => clock);
    const store = fake.clientOf({ pauseAt: async () => undefined } as unknown as Participant);
    const log = (line: string) => void logged.push(line);
    const liveness = async () => "alive" as const;
    host = { ...coordinationHost(log), store, now: () => clock, liveness, isStale: async () => false };
  });

  const records = () => fake.all().map(({ record }) => record as MaintenanceRecord);
  const ends = () => records().map(({ expiresAt }) => Date.parse(expiresAt!) - clock);
  /** Renews every few milliseconds while `work` runs. */
  async function keeping(work: () => Promise<unknown>, isOpen = true): Promise<void> {
    assert.equal(await claimMaintenance(host, request), undefined);
    const stop = keepMaintenance(host, request, { isOpen: async () => isOpen, every: 2 });
    try {
      await work();
    } finally {
      stop();
    }
  }

  it("P1: never expires, however long it works", () =>
    keeping(async () => {
      for (let at = 0; at < 5; at++) {
        clock += LEASE_DURATION - 1;
        await sleep(20);
        assert.deepEqual(ends(), [LEASE_DURATION]);
      }
      assert.deepEqual(logged, []);
    }));

  it("isn't created again once it was released", async () => {
    await keeping(async () => undefined);
    await releaseMaintenance(host.store, request);
    await sleep(20);
    assert.deepEqual(records(), []);
  });

  for (const isOpen of [true, false])
    it(`F54: that another process took over stays its own${isOpen ? ", which is said once" : ""}`, () =>
      keeping(async () => {
        const [found] = fake.all();
        const other = { ...holder, pid: 8 };
        await host.store.replace(found!, { ...records()[0]!, holder: other });
        clock += 1_000;
        await sleep(30);
        assert.deepEqual(records()[0]?.holder, other);
        assert.deepEqual(ends(), [LEASE_DURATION - 1_000]);
        assert.deepEqual(logged, isOpen ? ["warning: maintenance of keycloak is held by another process"] : []);
      }, isOpen));

  it("is renewed again after the swarm didn't answer", () =>
    keeping(async () => {
      const { list } = host.store;
      host.store.list = () => Promise.reject(new Error("no leader"));
      clock += 1_000;
      await sleep(20);
      host.store.list = list;
      await sleep(20);
      assert.deepEqual(ends(), [LEASE_DURATION]);
      assert.match(logged[0]!, /^warning: maintenance not renewed: no leader$/);
    }));
});

describe("maintenance of a process that is gone", () => {
  it("F54: is stale once its journal on this host is closed, whatever name the host had", async () => {
    const stateDir = await mkdtemp(join(tmpdir(), "hearth-stale-"));
    try {
      const { isStale } = coordinationHost(() => undefined);
      const { blockedBy: _, ...about } = { ...request, stateDir, holder: { ...holder, host: "old-name" } };
      const record = { format: 1, kind: "maintenance", ...about, startedAt: new Date().toISOString() } as const;
      assert.equal(await isStale(record), true);
      const folder = appFolder(stateDir, request.domain);
      const plan = { kind: "upgrade", recipe: "keycloak", domain: request.domain, from: "1", to: "2" } as const;
      await beginOperation(folder, plan);
      assert.equal(await isStale(record), false);
      await closeOperation(folder);
      assert.equal(await isStale(record), true);
    } finally {
      await rm(stateDir, { recursive: true });
    }
  });
});
