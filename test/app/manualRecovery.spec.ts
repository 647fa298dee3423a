import assert from "node:assert/strict";
import { BrokenError, UnusableSnapshotError } from "../../providers/app/errors.ts";
import { recover } from "../../providers/app/recover.ts";
import { upgrade } from "../../providers/app/upgrade.ts";
import { accept, restoreTo, retry } from "../../providers/app/manualRecovery.ts";
import { rollbackSteps } from "../../providers/lib/state/index.ts";
import { copies, freshDisk, FROM, Killed, processOn, TO, type Disk } from "./fakeHost.ts";

const original = freshDisk().data!;

/** Neither version becomes healthy: the upgrade fails, and its rollback too. */
async function brokenDisk(): Promise<Disk> {
  const disk = freshDisk({ good: [] });
  await assert.rejects(upgrade(processOn(disk).host, { from: FROM, to: TO }), BrokenError);
  return disk;
}

describe("a healthy app", () => {
  it("F48, P5: keeps running if the snapshot to restore is damaged, and maintenance ends", async () => {
    const disk = freshDisk();
    await upgrade(processOn(disk).host, { from: FROM, to: TO });
    disk.snapshots["op-1"]!.whole = false;
    const { host, did } = processOn(disk);
    await assert.rejects(restoreTo(host, { version: FROM, id: "op-1" }), {
      name: "UnusableSnapshotError",
      message: /snapshot op-1 is damaged: .*no other snapshot is intact/,
    });
    assert.deepEqual(did, ["drain", "giveBack"]);
    assert.deepEqual([disk.deployed, disk.operation, disk.maintenance], [TO, undefined, undefined]);
  });
});

describe("a broken app", () => {
  it("F5: is rolled back by retry, which continues where the rollback failed", async () => {
    const disk = await brokenDisk();
    disk.good = [FROM];
    assert.equal(await retry(processOn(disk).host), "undone");
    assert.deepEqual([disk.deployed, disk.data, disk.operation, disk.beside], [FROM, original, undefined, {}]);
  });

  for (const release of ["good", "broken"] as const)
    it(`F5, P6: whose upgrade to a ${release} release failed three times in a row anywhere is ended by retry, as the journal stood`, async () => {
      let broken = 0;
      for (let at = 1; ; at++) {
        const disk = freshDisk(release === "good" ? {} : { good: [FROM] });
        // One of them may be a guard, which decides nothing.
        const fails = new Map([at, at + 1, at + 2].map(each => [each, "fail" as const]));
        const { host, passed } = processOn(disk, fails);
        const outcome = await upgrade(host, { from: FROM, to: TO }).catch((error: Error) => error);
        if (passed() < at) break;
        if (!(outcome instanceof BrokenError)) continue;
        broken += 1;
        const { step, rollingBack } = (await processOn(disk).host.operation())!;
        assert.equal(
          rollingBack,
          rollbackSteps.some(each => each === step),
          `failed at ${at}: ${step}`,
        );
        await retry(processOn(disk).host);
        assert.deepEqual(
          [disk.operation, disk.maintenance, disk.beside],
          [undefined, undefined, {}],
          `failed at ${at}`,
        );
        assert.equal(disk.lastGood, disk.deployed, `failed at ${at}`);
        if (disk.deployed === FROM) assert.deepEqual(disk.data, original, `failed at ${at}`);
        else assert.equal(release, "good");
      }
      assert.ok(broken > 0, "nothing made it broken");
    });

  it("F5: that couldn't write the first step of its rollback is as before it, and the release is rejected", async () => {
    const disk = freshDisk({ good: [FROM] });
    const { host } = processOn(disk);
    const full = {
      ...host,
      writeStep: (...[operation, step, changes]: Parameters<typeof host.writeStep>) =>
        step === "diagnostics" ? Promise.reject(new Error("no space left")) : host.writeStep(operation, step, changes),
    };
    await assert.rejects(upgrade(full, { from: FROM, to: TO }), { name: "BrokenError", message: /no space left/ });
    const { step, rollingBack, why } = (await host.operation())!;
    assert.deepEqual([step, rollingBack, why], ["gate", false, undefined]);
    assert.deepEqual(Object.keys(disk.rejected), [TO]);
    assert.match(Object.values(disk.alerts).at(-1)?.why ?? "", /HTTP 503.*no space left/s, "both failures");
  });

  it("stays broken if retry fails again, with nothing deleted", async () => {
    const disk = await brokenDisk();
    await assert.rejects(retry(processOn(disk).host), BrokenError);
    assert.ok(copies(disk).some(data => JSON.stringify(data) === JSON.stringify(original)));
  });

  it("gets a snapshot's version and data by restore; recover finishes it after a kill at any point", async () => {
    for (let at = 1; ; at++) {
      const disk = await brokenDisk();
      disk.good = [FROM];
      const [snapshot] = Object.keys(disk.snapshots);
      const { host, passed } = processOn(disk, new Map([[at, "kill"]]));
      const outcome = await restoreTo(host, { version: FROM, id: snapshot! }).catch((error: Error) => error);
      if (passed() < at) break;
      assert.ok(outcome instanceof Killed);
      await recover(processOn(disk).host).catch(error => {
        // Killed before the broken journal was replaced: it is broken as before.
        if (!(error instanceof BrokenError)) throw error;
        return restoreTo(processOn(disk).host, { version: FROM, id: snapshot! });
      });
      assert.deepEqual([disk.deployed, disk.data, disk.operation], [FROM, original, undefined], `killed at ${at}`);
    }
  });

  it("P7: rejects the newer version if restore replaces it while it runs", async () => {
    const disk = freshDisk();
    await upgrade(processOn(disk).host, { from: FROM, to: TO });
    const [snapshot] = Object.keys(disk.snapshots);
    const { version, withData } = await restoreTo(processOn(disk).host, { version: FROM, id: snapshot! });
    assert.deepEqual([version, withData], [FROM, true]);
    assert.deepEqual([disk.deployed, disk.data, disk.lastGood, disk.operation], [FROM, original, FROM, undefined]);
    assert.ok(disk.rejected[TO]);
  });

  it("F48, P5: isn't restored from a damaged snapshot, and stays broken as it was", async () => {
    const disk = await brokenDisk();
    const [snapshot] = Object.keys(disk.snapshots);
    disk.snapshots[snapshot!]!.whole = false;
    const before = structuredClone(disk);
    const { host, did } = processOn(disk);
    await assert.rejects(restoreTo(host, { version: FROM, id: snapshot! }), UnusableSnapshotError);
    assert.deepEqual(did, ["claim"]);
    assert.deepEqual([disk.deployed, disk.operation, disk.data], [before.deployed, before.operation, before.data]);
  });

  /** The snapshot was damaged before the rollback could restore it. */
  async function brokenByDamage(): Promise<Disk> {
    const disk = freshDisk({ good: [FROM] });
    const { host } = processOn(disk);
    const gate: typeof host.gate = (...args) => {
      disk.snapshots["op-1"]!.whole = false;
      return host.gate(...args);
    };
    await assert.rejects(upgrade({ ...host, gate }, { from: FROM, to: TO }), BrokenError);
    return disk;
  }

  it("F48: isn't touched by retry while its snapshot is damaged; once repaired, it is rolled back", async () => {
    const disk = await brokenByDamage();
    const { operation } = disk;
    const { host, did } = processOn(disk);
    await assert.rejects(retry(host), UnusableSnapshotError);
    assert.deepEqual([did, disk.operation, disk.deployed], [[], operation, TO]);
    disk.snapshots["op-1"]!.whole = true;
    assert.equal(await retry(processOn(disk).host), "undone");
    assert.deepEqual([disk.deployed, disk.data, disk.operation, disk.beside], [FROM, original, undefined, {}]);
  });

  it("F48: runs last good on today's data by retry --keep-data, also after a kill at any point", async () => {
    for (let at = 1; ; at++) {
      const disk = await brokenByDamage();
      const today = { schema: FROM, rows: [...original.rows, "of today"] };
      disk.data = today;
      const { host, passed } = processOn(disk, new Map([[at, "kill"]]));
      await retry(host, { keepData: true }).catch(() => undefined);
      if (passed() < at) break;
      const next = await recover(processOn(disk).host).catch((error: Error) => error);
      if (next instanceof BrokenError) await retry(processOn(disk).host, { keepData: true });
      assert.deepEqual([disk.deployed, disk.data, disk.operation], [FROM, today, undefined], `killed at ${at}`);
    }
  });

  it("refuses retry --keep-data if its data is already being restored, or no rollback restores any", async () => {
    const started = await brokenDisk();
    await assert.rejects(retry(processOn(started).host, { keepData: true }), /without --keep-data/);
    const disk = await brokenByDamage();
    disk.beside["op-1"] = original;
    await assert.rejects(retry(processOn(disk).host, { keepData: true }), /without --keep-data/);
  });

  it("P7: has its failed version rejected, whatever the operator does next", async () => {
    assert.deepEqual(Object.keys((await brokenDisk()).rejected), [TO]);
  });

  it("P5: keeps the accepted data after a kill of accept at any point", async () => {
    for (let at = 1; ; at++) {
      const disk = await brokenDisk();
      disk.good = [FROM, TO];
      const rows = disk.data!.rows;
      const { host, passed } = processOn(disk, new Map([[at, "kill"]]));
      await accept(host).catch(() => undefined);
      if (passed() < at) break;
      const next = await recover(processOn(disk).host).catch((error: Error) => error);
      if (next instanceof BrokenError) await accept(processOn(disk).host); // killed before it was recorded
      assert.deepEqual(
        [disk.data!.rows, disk.operation, disk.lastGood],
        [rows, undefined, disk.deployed],
        `killed at ${at}`,
      );
    }
  });

  it("keeps the running version by accept, after a whole healthy window", async () => {
    const disk = await brokenDisk();
    await assert.rejects(accept(processOn(disk).host), { name: "UnhealthyError" });
    assert.ok(disk.operation, "still broken");
    disk.good = [FROM];
    assert.equal(await accept(processOn(disk).host), FROM);
    assert.deepEqual([disk.lastGood, disk.operation], [FROM, undefined]);
  });

  it("isn't changed by retry if no operation is open", async () => {
    const { host, did } = processOn(freshDisk());
    assert.equal(await retry(host), "nothing");
    assert.deepEqual(did, []);
  });
});
