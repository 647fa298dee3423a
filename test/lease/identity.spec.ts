import assert from "node:assert/strict";
import type { LeaseRecord } from "../../providers/lib/coordination/records.ts";
import { LEASE_DURATION } from "../../providers/lib/coordination/liveness.ts";
import { after, MINUTE, newStage, START } from "./scheduler.ts";
import { newRun } from "./participants.ts";

const WIKI = "wiki-00000a";

describe("a run with the identity of another one", () => {
  it("F16, P8: fails with the other's holder and start, and the other's lease stays unchanged", async () => {
    const stage = newStage();
    const first = newRun(stage, WIKI);
    void first.enter();
    await stage.play();
    const before = stage.entries();
    const second = newRun(stage, WIKI);
    stage.wait(MINUTE);
    const refused = second.enter();
    await stage.play();
    const message = `a run with this identity is active: ${WIKI}, since ${after(0)}, pid ${first.holder.pid} on ci`;
    await assert.rejects(refused, { name: "RunExistsError", message });
    assert.deepEqual(stage.entries(), before);
  });

  it("F39: fails until the other's timed lease expires, then acquires it", async () => {
    const stage = newStage();
    const timed = { holder: undefined, duration: 5 * MINUTE };
    void newRun(stage, WIKI, timed).enter();
    await stage.play();
    const before = stage.entries();
    const [second, third] = [newRun(stage, WIKI, timed), newRun(stage, WIKI, timed)];
    stage.wait(5 * MINUTE - 1);
    const refused = second.enter();
    await stage.play();
    await assert.rejects(refused, {
      name: "RunExistsError",
      message: `a run with this identity is active: ${WIKI}, since ${after(0)}, until ${after(5 * MINUTE)}`,
    });
    assert.deepEqual(stage.entries(), before);
    stage.wait(1);
    const got = third.enter();
    await stage.play();
    assert.equal(await got, "warm");
    assert.deepEqual(
      stage.leases().map(({ expiresAt }) => expiresAt),
      [after(10 * MINUTE)],
    );
  });

  it("F39: fails until the other's lease expires if its liveness is unknown", async () => {
    const stage = newStage();
    const first = newRun(stage, WIKI);
    void first.enter();
    await stage.play();
    first.liveness = "unknown";
    const [second, third] = [newRun(stage, WIKI), newRun(stage, WIKI)];
    stage.wait(LEASE_DURATION - 1);
    const refused = second.enter();
    await stage.play();
    await assert.rejects(refused, { name: "RunExistsError" });
    stage.wait(1);
    const got = third.enter();
    await stage.play();
    assert.equal(await got, "warm");
    assert.deepEqual(stage.leases()[0]?.holder, third.holder);
  });

  it("F39: fails if the other's lease was renewed just before", async () => {
    const stage = newStage();
    const first = newRun(stage, WIKI);
    void first.enter();
    await stage.play();
    first.liveness = "unknown";
    stage.wait(LEASE_DURATION);
    const second = newRun(stage, WIKI);
    const refused = second.enter();
    await second.until("rewrite");
    const [lease] = stage.entries();
    void first.store.replace(lease!, { ...lease!.record, expiresAt: after(2 * LEASE_DURATION) } as LeaseRecord);
    await first.end();
    await stage.play();
    await assert.rejects(refused, { name: "RunExistsError" });
    assert.equal(stage.entriesOf(first).length, 1);
  });

  it("P8: takes over a dead run's lease", async () => {
    const stage = newStage();
    const first = newRun(stage, WIKI, { domains: ["old.test"] });
    void first.enter();
    await stage.play();
    first.die();
    const second = newRun(stage, WIKI, { domains: ["new.test"] });
    const got = second.enter();
    await stage.play();
    assert.equal(await got, "warm");
    assert.deepEqual(
      stage.leases().map(({ holder, domains }) => ({ holder, domains })),
      [{ holder: second.holder, domains: ["new.test"] }],
    );
  });

  it("keeps its own lease throughout if it is the same process", async () => {
    const stage = newStage();
    const run = newRun(stage, WIKI);
    void run.enter();
    await stage.play();
    const again = run.enter();
    for (await run.until("put"); run.next() !== undefined; await run.step()) assert.equal(stage.leases().length, 1);
    assert.equal(await again, "warm");
    assert.equal(stage.leases().length, 1);
  });

  it("F16: takes over a dead run's lease or fails: two runs never both acquire it", async () => {
    const stage = newStage();
    const dead = newRun(stage, WIKI);
    void dead.enter();
    await stage.play();
    dead.die();
    const [a, b] = [newRun(stage, WIKI), newRun(stage, WIKI)];
    const ends = [a.enter(), b.enter()];
    await stage.play(); // in step with each other
    const kinds = await Promise.allSettled(ends);
    assert.deepEqual(kinds.map(({ status }) => status).toSorted(), ["fulfilled", "rejected"]);
    assert.deepEqual(
      stage.leases().map(({ holder }) => holder),
      [kinds[0]!.status === "fulfilled" ? a.holder : b.holder],
    );
  });
});

describe("a run whose lease expired while it waited", () => {
  it("F39, P8: fails, and keeps the lease of the run that took over", async () => {
    const stage = newStage();
    void newRun(stage, "blog-00000b", { mode: "dedicated" }).enter();
    await stage.play();
    const [first, second] = [1, 60].map(minutes =>
      newRun(stage, WIKI, { mode: "dedicated", holder: undefined, duration: minutes * MINUTE }),
    );
    const refused = first!.enter();
    await stage.play({ until: () => stage.now() - START >= MINUTE && first!.next() === "sleep" });
    void second!.enter();
    await second!.until("sleep");
    await first!.end();
    await assert.rejects(refused, {
      name: "UnavailableError",
      message: `the lease of ${WIKI} was removed meanwhile`,
    });
    assert.deepEqual(
      stage.entriesOf(second!).map(({ name }) => name),
      ["hearth-run-00000a"],
    );
  });
});
