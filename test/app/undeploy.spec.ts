import assert from "node:assert/strict";
import { readRecordedSwarm, recordInputs } from "../../providers/app/recordedInputs.ts";
import { takeDown } from "../../providers/app/reconcile.ts";
import { isUndeployedOnPurpose } from "../../providers/lib/state/index.ts";
import { fakeSwarm, type FakeSwarm } from "../lib/docker/fakeSwarm.ts";
import { freshDisk, FROM, Injected, Killed } from "./fakeHost.ts";
import { type FakeApp, fakeApp } from "./syncHost.ts";

describe("an app that pulumi destroy takes down", () => {
  let swarm: FakeSwarm;
  let fake: FakeApp;
  beforeEach(async () => {
    swarm = await fakeSwarm();
    fake = await fakeApp(FROM);
    await recordInputs(fake.context.folder, fake.app);
  });
  afterEach(async () => {
    await fake.remove();
    await swarm.end();
  });
  const isMarked = () => isUndeployedOnPurpose(fake.context.folder);

  it("is noted as undeployed before maintenance ends and the lock is released: no repair deploys it again", async () => {
    const disk = freshDisk();
    const { host, did } = fake.host(disk);
    let marked: boolean | undefined;
    const releaseMaintenance = async () => {
      marked = await isMarked();
      await host.releaseMaintenance();
    };
    await takeDown(fake.context, { ...host, releaseMaintenance }, true);
    assert.deepEqual([did, marked, disk.maintenance], [["drain", "guard", "stop", "giveBack"], true, undefined]);
    assert.equal(await readRecordedSwarm(fake.context.folder), undefined, "no run repairs it");
  });

  it("is noted too if it was down already, without maintenance", async () => {
    const { host, did } = fake.host(freshDisk({ deployed: undefined }));
    await takeDown(fake.context, host, false);
    assert.deepEqual([did, await isMarked()], [["guard"], true]);
  });

  it("isn't noted if it wasn't stopped: a repair then brings it back", async () => {
    for (const [fate, error] of [
      ["fail", Injected],
      ["kill", Killed],
    ] as const) {
      const disk = freshDisk();
      const { host } = fake.host(disk, new Map([[7, fate]])); // at stop
      await assert.rejects(takeDown(fake.context, host, true), error);
      assert.deepEqual([disk.deployed, await isMarked()], [FROM, false]);
    }
  });
});
