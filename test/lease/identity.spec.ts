import assert from "node:assert/strict";
import type { LeaseRecord } from "../../providers/lib/coordination/records.ts";
import { LEASE_DURATION } from "../../providers/lib/coordination/liveness.ts";
import { after, MINUTE, newScheduler, START } from "./scheduler.ts";
import { newRun } from "./participants.ts";

const WIKI = "wiki-00000a";

describe("a run with the identity of another run", () => {
  it("F16, P8: fails, names the other's holder and start, and leaves the other's lease unchanged", async () => {
    const scheduler = newScheduler();
    const first = newRun(scheduler, WIKI);
    void first.acquire();
    await scheduler.run();
    const before = scheduler.records();
    const second = newRun(scheduler, WIKI);
    scheduler.advance(MINUTE);
    const refused = second.acquire();
    await scheduler.run();
    const message = `a run with this identity is active: ${WIKI}, since ${after(0)}, pid ${first.holder.pid} on ci`;
    await assert.rejects(refused, { name: "RunExistsError", message });
    assert.deepEqual(scheduler.records(), before);
  });

  it("F39: fails until the other's timed lease expires, then acquires it", async () => {
    const scheduler = newScheduler();
    const timed = { holder: undefined, duration: 5 * MINUTE };
    void newRun(scheduler, WIKI, timed).acquire();
    await scheduler.run();
    const before = scheduler.records();
    const [second, third] = [newRun(scheduler, WIKI, timed), newRun(scheduler, WIKI, timed)];
    scheduler.advance(5 * MINUTE - 1);
    const refused = second.acquire();
    await scheduler.run();
    await assert.rejects(refused, {
      name: "RunExistsError",
      message: `a run with this identity is active: ${WIKI}, since ${after(0)}, until ${after(5 * MINUTE)}`,
    });
    assert.deepEqual(scheduler.records(), before);
    scheduler.advance(1);
    const got = third.acquire();
    await scheduler.run();
    assert.equal(await got, "warm");
    assert.deepEqual(
      scheduler.leases().map(({ expiresAt }) => expiresAt),
      [after(10 * MINUTE)],
    );
  });

  it("F39: fails until the other's lease expires if its liveness is unknown", async () => {
    const scheduler = newScheduler();
    const first = newRun(scheduler, WIKI);
    void first.acquire();
    await scheduler.run();
    first.liveness = "unknown";
    const [second, third] = [newRun(scheduler, WIKI), newRun(scheduler, WIKI)];
    scheduler.advance(LEASE_DURATION - 1);
    const refused = second.acquire();
    await scheduler.run();
    await assert.rejects(refused, { name: "RunExistsError" });
    scheduler.advance(1);
    const got = third.acquire();
    await scheduler.run();
    assert.equal(await got, "warm");
    assert.deepEqual(scheduler.leases()[0]?.holder, third.holder);
  });

  it("F39: fails if the other's lease was renewed just before", async () => {
    const scheduler = newScheduler();
    const first = newRun(scheduler, WIKI);
    void first.acquire();
    await scheduler.run();
    first.liveness = "unknown";
    scheduler.advance(LEASE_DURATION);
    const second = newRun(scheduler, WIKI);
    const refused = second.acquire();
    await second.runUntil("replace");
    const [lease] = scheduler.records();
    void first.store.replace(lease!, { ...lease!.record, expiresAt: after(2 * LEASE_DURATION) } as LeaseRecord);
    await first.runToEnd();
    await scheduler.run();
    await assert.rejects(refused, { name: "RunExistsError" });
    assert.equal(scheduler.recordsOf(first).length, 1);
  });

  it("P8: takes over a dead run's lease", async () => {
    const scheduler = newScheduler();
    const first = newRun(scheduler, WIKI, { domains: ["old.test"] });
    void first.acquire();
    await scheduler.run();
    first.kill();
    const second = newRun(scheduler, WIKI, { domains: ["new.test"] });
    const got = second.acquire();
    await scheduler.run();
    assert.equal(await got, "warm");
    assert.deepEqual(
      scheduler.leases().map(({ holder, domains }) => ({ holder, domains })),
      [{ holder: second.holder, domains: ["new.test"] }],
    );
  });

  it("keeps its own lease throughout if it is started again by the same process", async () => {
    const scheduler = newScheduler();
    const run = newRun(scheduler, WIKI);
    void run.acquire();
    await scheduler.run();
    const again = run.acquire();
    for (await run.runUntil("create"); run.next() !== undefined; await run.step())
      assert.equal(scheduler.leases().length, 1);
    assert.equal(await again, "warm");
    assert.equal(scheduler.leases().length, 1);
  });

  it("F16: either takes over a dead run's lease or fails; two runs never both acquire it", async () => {
    const scheduler = newScheduler();
    const dead = newRun(scheduler, WIKI);
    void dead.acquire();
    await scheduler.run();
    dead.kill();
    const [a, b] = [newRun(scheduler, WIKI), newRun(scheduler, WIKI)];
    const ends = [a.acquire(), b.acquire()];
    await scheduler.run(); // alternating between both
    const kinds = await Promise.allSettled(ends);
    assert.deepEqual(kinds.map(({ status }) => status).toSorted(), ["fulfilled", "rejected"]);
    assert.deepEqual(
      scheduler.leases().map(({ holder }) => holder),
      [kinds[0]!.status === "fulfilled" ? a.holder : b.holder],
    );
  });
});

describe("a run whose lease expired while it waited", () => {
  it("F39, P8: fails, and leaves the lease of the run that took over", async () => {
    const scheduler = newScheduler();
    void newRun(scheduler, "blog-00000b", { mode: "dedicated" }).acquire();
    await scheduler.run();
    const [first, second] = [1, 60].map(minutes =>
      newRun(scheduler, WIKI, { mode: "dedicated", holder: undefined, duration: minutes * MINUTE }),
    );
    const refused = first!.acquire();
    await scheduler.run({ until: () => scheduler.now() - START >= MINUTE && first!.next() === "sleep" });
    void second!.acquire();
    await second!.runUntil("sleep");
    await first!.runToEnd();
    await assert.rejects(refused, {
      name: "UnavailableError",
      message: `the lease of ${WIKI} was removed meanwhile`,
    });
    assert.deepEqual(
      scheduler.recordsOf(second!).map(({ name }) => name),
      ["hearth-run-00000a"],
    );
  });
});
