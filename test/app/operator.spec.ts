import assert from "node:assert/strict";
import { BrokenError } from "../../providers/app/errors.ts";
import { accept, restoreTo, retry } from "../../providers/app/manualRecovery.ts";
import { recover } from "../../providers/app/recover.ts";
import { upgrade } from "../../providers/app/upgrade.ts";
import type { Operation } from "../../providers/lib/state/index.ts";
import { freshDisk, FROM, Killed, processOn, TO, type Disk } from "./fakeHost.ts";

const snapshotOf = (disk: Disk) => ({ version: FROM, id: Object.keys(disk.snapshots)[0]! });
const journal = (disk: Disk): Operation => JSON.parse(disk.operation!) as Operation;

/** At TO, healthy, with the snapshot of FROM. */
async function upgradedDisk(): Promise<Disk> {
  const disk = freshDisk();
  await upgrade(processOn(disk).host, { from: FROM, to: TO });
  return disk;
}

/** Neither version becomes healthy: the upgrade fails, and its rollback too. */
async function brokenDisk(): Promise<Disk> {
  const disk = freshDisk({ good: [] });
  await assert.rejects(upgrade(processOn(disk).host, { from: FROM, to: TO }), BrokenError);
  return disk;
}

describe("an operator's restore", () => {
  it("of a healthy app waits for the runs that use it, before anything is stopped", async () => {
    const disk = await upgradedDisk();
    const { host, did } = processOn(disk);
    await restoreTo(host, snapshotOf(disk));
    const changes = did.filter(each => !each.startsWith("note"));
    assert.deepEqual(changes.slice(0, 4), ["drain", "beginRestore", "guard", "stop"]);
    assert.ok(!did.includes("claim"));
  });

  it("of a healthy app that stays in use changes nothing", async () => {
    const disk = await upgradedDisk();
    const { host, did } = processOn(disk);
    const inUse = new Error("still in use after 30 minutes");
    await assert.rejects(restoreTo({ ...host, drain: () => Promise.reject(inUse) }, snapshotOf(disk)), inUse);
    assert.deepEqual(did, []);
    assert.deepEqual([disk.deployed, disk.operation], [TO, undefined]);
  });

  it("of a broken app waits for nobody: it is down", async () => {
    const disk = await brokenDisk();
    disk.good = [FROM];
    const { host, did } = processOn(disk);
    const waiting = { ...host, drain: () => Promise.reject(new Error("waits")) };
    await restoreTo(waiting, snapshotOf(disk));
    assert.equal(did[0], "claim");
    assert.deepEqual([disk.deployed, disk.operation, disk.maintenance], [FROM, undefined, undefined]);
  });

  it("that can't begin leaves no maintenance of a healthy app, and keeps a broken one's", async () => {
    const failure = new Error("no space left on device");
    for (const [disk, maintained] of [
      [await upgradedDisk(), false],
      [await brokenDisk(), true],
    ] as const) {
      const before = disk.operation;
      const { host } = processOn(disk);
      const failing = { ...host, beginRestore: () => Promise.reject(failure) };
      await assert.rejects(restoreTo(failing, snapshotOf(disk)), failure);
      assert.equal(disk.maintenance !== undefined, maintained);
      assert.equal(disk.operation, before, "the journal is as it was");
    }
  });
});

describe("an operator's accept", () => {
  it("records what it accepted before it commits: killed there, recover finishes it and never rolls it back", async () => {
    const disk = await brokenDisk();
    disk.good = [FROM];
    disk.rejected = {};
    const rows = disk.data;
    const open = journal(disk);
    const { host } = processOn(disk);
    await assert.rejects(accept({ ...host, commit: () => Promise.reject(new Killed("commit")) }), Killed);
    const { id, to, step, snapshot, rollingBack, rejectsTarget, broken } = journal(disk);
    assert.deepEqual([id, snapshot], [open.id, open.snapshot], "the same operation, with what its end cleans up");
    assert.deepEqual(
      { to, step, rollingBack, rejectsTarget, broken },
      { to: FROM, step: "commit", rollingBack: false, rejectsTarget: undefined, broken: undefined },
    );
    assert.equal(await recover(processOn(disk).host), "finished");
    assert.deepEqual([disk.lastGood, disk.data, disk.rejected, disk.operation], [FROM, rows, {}, undefined]);
  });

  it("takes maintenance over from the process that left it, and releases it", async () => {
    const disk = await brokenDisk();
    disk.good = [FROM];
    assert.notEqual(disk.maintenance, undefined);
    const { host, did } = processOn(disk);
    await accept(host);
    assert.equal(did[0], "claim");
    assert.equal(disk.maintenance, undefined);
  });

  it("without an open operation records last good, and nothing else", async () => {
    const disk = freshDisk({ lastGood: undefined });
    const { host, did } = processOn(disk);
    assert.equal(await accept(host), FROM);
    assert.deepEqual(did, ["commit"]);
    assert.equal(disk.lastGood, FROM);
  });

  it("needs a version that abra deployed", async () => {
    const { host, did } = processOn(freshDisk({ deployed: undefined }));
    await assert.rejects(accept(host), { message: "app: no version that abra deployed is running" });
    assert.deepEqual(did, []);
  });
});

describe("an operator's retry", () => {
  it("takes maintenance before it goes on, and begins its verdicts anew", async () => {
    const disk = await brokenDisk();
    const undecided = { recoveries: 7, ms: 23 * 3_600_000, boot: "b", at: 5_000 };
    disk.operation = JSON.stringify({ ...journal(disk), undecided });
    const { host, did } = processOn(disk);
    const away = { ...host, gate: () => Promise.resolve({ health: "inconclusive" as const, why: "no answer" }) };
    await assert.rejects(retry(away), { name: "InconclusiveError" });
    assert.equal(did[0], "claim");
    const { undecided: anew, broken } = journal(disk);
    assert.deepEqual([anew?.recoveries, anew?.ms, broken], [0, 0, undefined]);
  });
});
