import assert from "node:assert/strict";
import { HELD } from "../../providers/lease/life.ts";
import { after, MINUTE, newStage, START } from "./stage.ts";
import { newRun } from "./sides.ts";

const WIKI = "wiki-00000a";

describe("a run on a free host", () => {
  it("P8: gets the kept Keycloak, and its lease hangs there with its domains, its end and its owner", async () => {
    const stage = newStage();
    const run = newRun(stage, WIKI, { domains: ["wiki-00000a.test", "sso-00000a.test"] });
    const got = run.enter();
    await stage.play();
    assert.equal(await got, "warm");
    const domains = ["wiki-00000a.test", "sso-00000a.test"];
    assert.deepEqual(stage.leases(), [{ format: 1, kind: "run", run: WIKI, keycloak: "warm", domains, since: after(0), until: after(HELD), owner: run.owner }]);
    assert.equal(stage.entries()[0]?.name, "hearth-run-00000a");
    assert.deepEqual(run.did, ["put hearth-run-00000a", "all", "look"]);
    assert.deepEqual(run.said, []);
  });

  it("P8: has an end without an owner too, where nobody holds it", async () => {
    const stage = newStage();
    const got = newRun(stage, WIKI, { owner: undefined, lasts: 5 * MINUTE }).enter();
    await stage.play();
    assert.equal(await got, "warm");
    assert.equal(stage.leases()[0]?.until, after(5 * MINUTE));
    assert.ok(!("owner" in stage.leases()[0]!));
  });

  for (const mode of ["none", "cold"] as const)
    it(`doesn't ask for the kept Keycloak where its mode is ${mode}`, async () => {
      const stage = newStage();
      const run = newRun(stage, WIKI, { mode });
      const got = run.enter();
      await stage.play();
      assert.equal(await got, mode);
      assert.equal(stage.leases()[0]?.keycloak, mode);
      assert.ok(!run.did.includes("look"));
    });
});

describe("a run whose identity another one has", () => {
  it("F16, P8: is refused with who has it and since when, and the other one's lease stays as it is", async () => {
    const stage = newStage();
    const first = newRun(stage, WIKI);
    void first.enter();
    await stage.play();
    const before = stage.entries();
    const second = newRun(stage, WIKI);
    stage.wait(MINUTE);
    const refused = second.enter();
    await stage.play();
    const message = `a run with this identity is under way: ${WIKI}, since ${after(0)}, pid ${first.owner.pid} on ci`;
    await assert.rejects(refused, { name: "TakenError", message });
    assert.deepEqual(stage.entries(), before);
  });

  it("F39: is refused until the end of the other one's lease where nobody holds that, and has it from then on", async () => {
    const stage = newStage();
    const timed = { owner: undefined, lasts: 5 * MINUTE };
    void newRun(stage, WIKI, timed).enter();
    await stage.play();
    const before = stage.entries();
    const [second, third] = [newRun(stage, WIKI, timed), newRun(stage, WIKI, timed)];
    stage.wait(5 * MINUTE - 1);
    const refused = second.enter();
    await stage.play();
    await assert.rejects(refused, {
      name: "TakenError",
      message: `a run with this identity is under way: ${WIKI}, since ${after(0)}, until ${after(5 * MINUTE)}`,
    });
    assert.deepEqual(stage.entries(), before);
    stage.wait(1);
    const got = third.enter();
    await stage.play();
    assert.equal(await got, "warm");
    assert.deepEqual(
      stage.leases().map(({ until }) => until),
      [after(10 * MINUTE)],
    );
  });

  it("F39: is refused where nobody can tell whether the other one lives, until that one's end", async () => {
    const stage = newStage();
    const first = newRun(stage, WIKI);
    void first.enter();
    await stage.play();
    first.life = "unknown";
    const [second, third] = [newRun(stage, WIKI), newRun(stage, WIKI)];
    stage.wait(HELD - 1);
    const refused = second.enter();
    await stage.play();
    await assert.rejects(refused, { name: "TakenError" });
    stage.wait(1);
    const got = third.enter();
    await stage.play();
    assert.equal(await got, "warm");
    assert.deepEqual(stage.leases()[0]?.owner, third.owner);
  });

  it("P8: takes over what a dead one left", async () => {
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
      stage.leases().map(({ owner, domains }) => ({ owner, domains })),
      [{ owner: second.owner, domains: ["new.test"] }],
    );
  });

  it("is the first one itself: it has its own lease, without a moment in which it has none", async () => {
    const stage = newStage();
    const run = newRun(stage, WIKI);
    void run.enter();
    await stage.play();
    const again = run.enter();
    for (await run.until("put"); run.next() !== undefined; await run.step()) assert.equal(stage.leases().length, 1);
    assert.equal(await again, "warm");
    assert.equal(stage.leases().length, 1);
  });

  it("F16: takes over what a dead one left before another one could, or is refused: never do both have it", async () => {
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
      stage.leases().map(({ owner }) => owner),
      [kinds[0]!.status === "fulfilled" ? a.owner : b.owner],
    );
  });
});

describe("a run whose lease was over before it got in", () => {
  it("F39, P8: gives up, and leaves the lease of the one that took it over", async () => {
    const stage = newStage();
    void newRun(stage, "blog-00000b", { mode: "cold" }).enter();
    await stage.play();
    const [first, second] = [1, 60].map(minutes => newRun(stage, WIKI, { mode: "cold", owner: undefined, lasts: minutes * MINUTE }));
    const refused = first!.enter();
    await stage.play({ until: () => stage.now() - START >= MINUTE && first!.next() === "sleep" });
    void second!.enter();
    await second!.until("sleep");
    await first!.end();
    await assert.rejects(refused, { name: "NoWayInError", message: `the lease of ${WIKI} was taken away meanwhile` });
    assert.deepEqual(
      stage.entriesOf(second!).map(({ name }) => name),
      ["hearth-run-00000a"],
    );
  });
});

describe("a run whose board fails it", () => {
  it("F16, P8: leaves the lease of the one that has its identity as it is", async () => {
    const stage = newStage();
    const first = newRun(stage, WIKI);
    void first.enter();
    await stage.play();
    const before = stage.entries();
    for (const timed of [true, false]) {
      const second = newRun(stage, WIKI, timed ? { owner: undefined } : {});
      second.board.put = () => Promise.reject(new Error("the swarm has no leader"));
      const failed = second.enter();
      await stage.play();
      await assert.rejects(failed, { message: "the swarm has no leader" });
      assert.deepEqual(stage.entries(), before);
    }
  });

  it("P8: leaves no lease of its own", async () => {
    const stage = newStage();
    const run = newRun(stage, WIKI);
    run.world.look = () => Promise.reject(new Error("no such host"));
    const failed = run.enter();
    await stage.play();
    await assert.rejects(failed, { message: "no such host" });
    assert.deepEqual(stage.leases(), []);
  });
});
