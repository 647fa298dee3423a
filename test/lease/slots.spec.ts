import assert from "node:assert/strict";
import { MIN_MEMORY, waitForDedicatedSlot } from "../../providers/lease/dedicatedSlot.ts";
import type { AcquireHost, LeaseAttempt } from "../../providers/lease/request.ts";
import type { CoordinationRecord, LeaseRecord } from "../../providers/lib/coordination/records.ts";
import type { StoredRecord } from "../../providers/lib/coordination/coordinationStore.ts";

const NOW = Date.parse("2026-03-14T03:00:00Z");
const at = (ms: number) => new Date(NOW + ms).toISOString();
const holder = (pid: number) => ({ host: "ci", boot: "b", pidns: "n", pid, started: pid });

function lease(hex: string, created: string, id: string, more: Partial<LeaseRecord> = {}): StoredRecord {
  const record: CoordinationRecord = {
    format: 1,
    kind: "run",
    run: `web-${hex}`,
    keycloak: "dedicated",
    domains: [],
    acquiredAt: at(-1_000),
    expiresAt: at(3_600_000),
    holder: holder(Number.parseInt(hex, 16)),
    ...more,
  };
  return { id, name: `hearth-run-${hex}`, created, version: 1, record };
}

/** Waits with the lease of `web-00000a`, and returns what it said after how many milliseconds. */
async function wait(records: StoredRecord[], more: Partial<AcquireHost> = {}, attempt: Partial<LeaseAttempt> = {}) {
  let passed = 0;
  const logged: string[] = [];
  const host = {
    store: { list: async () => records },
    now: () => NOW + passed,
    monotonicNow: () => passed,
    sleep: async (ms: number) => void (passed += ms),
    log: (line: string) => void logged.push(line),
    liveness: async () => "alive",
    memory: async () => MIN_MEMORY,
    observe: async () => ({ state: "down", words: "is down" }),
    ...more,
  } as unknown as AcquireHost;
  const own = {
    run: "web-00000a",
    mode: "dedicated",
    keycloak: "sso.test",
    dedicatedLimit: 1,
    holder: holder(10),
    acquiredAt: at(-1_000),
    ...attempt,
  } as LeaseAttempt;
  const granted = await waitForDedicatedSlot(host, own).catch((error: Error) => error.message);
  return { granted, logged, passed };
}

const own = lease("00000a", at(0), "id-5");
const QUARTER = 15 * 60_000;

describe("a slot for a dedicated Keycloak", () => {
  it("is the earlier lease's; of two that were created at once, the one with the smaller id", async () => {
    for (const [created, id, granted] of [
      [at(-1), "id-9", false],
      [at(1), "id-1", true],
      [at(0), "id-4", false],
      [at(0), "id-6", true],
    ] as const)
      assert.equal((await wait([own, lease("00000b", created, id)])).granted === true, granted, `${created} ${id}`);
  });

  it("isn't taken by a run on the warm Keycloak, by a dead one, or by one whose lease has ended", async () => {
    const warm = lease("00000b", at(-1), "id-1", { keycloak: "warm" });
    assert.equal((await wait([warm, own])).granted, true);
    const dead = lease("00000b", at(-1), "id-1");
    assert.equal((await wait([dead, own], { liveness: async () => "dead" })).granted, true);
    const { holder: _holder, ...timed } = dead.record as LeaseRecord;
    const ended = { ...dead, record: { ...timed, expiresAt: at(0) } };
    assert.equal((await wait([ended, own])).granted, true);
  });

  it("is waited for a quarter of an hour, in which the reason is said once", async () => {
    const { granted, logged, passed } = await wait([lease("00000b", at(-1), "id-1"), own]);
    const reason = "web-00000b has a dedicated Keycloak, and hearth:dedicatedLimit is 1";
    assert.equal(granted, `no dedicated Keycloak after 15 minutes: ${reason}`);
    assert.deepEqual([logged, passed], [[`waiting: ${reason}`], QUARTER]);
  });

  it("is never free where none is allowed, and two may have one where two are", async () => {
    assert.match(String((await wait([own], {}, { dedicatedLimit: 0 })).granted), /hearth:dedicatedLimit is 0$/);
    const others = [lease("00000b", at(-2), "id-1"), lease("00000c", at(-1), "id-2")];
    assert.equal((await wait([others[0]!, own], {}, { dedicatedLimit: 2 })).granted, true);
    assert.match(
      String((await wait([...others, own], {}, { dedicatedLimit: 2 })).granted),
      /: web-00000b, web-00000c have a dedicated Keycloak, and hearth:dedicatedLimit is 2$/,
    );
  });

  it("needs a gigabyte and a half of memory, to the byte", async () => {
    assert.equal(MIN_MEMORY, 1.5 * 2 ** 30);
    assert.equal((await wait([own], { memory: async () => MIN_MEMORY })).granted, true);
    const { granted } = await wait([own], { memory: async () => MIN_MEMORY - 2 ** 28 });
    assert.match(String(granted), /: only 1\.3 GB of memory are available, and a Keycloak needs 1\.5$/);
  });

  it("isn't needed once the warm Keycloak is back, unless the run asked for a dedicated one", async () => {
    const taken = [lease("00000b", at(-1), "id-1"), own];
    const up = { observe: async () => ({ state: "up" as const, words: "is up" }) };
    assert.deepEqual((await wait(taken, up, { mode: "auto" })).granted, false);
    assert.match(String((await wait(taken, up)).granted), /^no dedicated Keycloak/);
    const unclear = { observe: async () => ({ state: "unclear" as const, words: "is unreachable" }) };
    assert.match(String((await wait(taken, unclear, { mode: "auto" })).granted), /^no dedicated Keycloak/);
    const times = { startedAt: at(-1_000), expiresAt: at(3_600_000), holder: holder(12) };
    const record = { format: 1, kind: "maintenance", domain: "sso.test", ...times } as unknown as CoordinationRecord;
    const maintained = [...taken, { ...own, name: "hearth-maintenance", record }];
    assert.match(String((await wait(maintained, up, { mode: "auto" })).granted), /^no dedicated Keycloak/);
    const liveness = async ({ pid }: { pid: number }) => (pid === 12 ? ("dead" as const) : ("alive" as const));
    const dead = (isStale: boolean) => ({ ...up, liveness, isStale: async () => isStale });
    assert.equal((await wait(maintained, dead(true), { mode: "auto" })).granted, false);
    const open = await wait(maintained, dead(false), { mode: "auto" });
    assert.match(String(open.granted), /^no dedicated Keycloak/, "its operation is open");
    const elsewhere = { ...record, domain: "other.test" } as CoordinationRecord;
    assert.equal((await wait([...taken, { ...own, record: elsewhere }], up, { mode: "auto" })).granted, false);
  });

  it("is refused to a run whose lease was removed, or is another process's", async () => {
    for (const records of [[], [{ ...own, record: { ...own.record, holder: holder(11) } as CoordinationRecord }]])
      assert.equal((await wait(records)).granted, "the lease of web-00000a was removed meanwhile");
  });
});
