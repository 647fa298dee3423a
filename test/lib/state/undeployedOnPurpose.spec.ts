import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { appFolder } from "../../../providers/lib/state/appFolder.ts";
import { startTimeOf } from "../../../providers/lib/process/identity.ts";
import {
  isUndeployedOnPurpose,
  markUndeployedOnPurpose,
  clearUndeployedOnPurpose,
} from "../../../providers/lib/state/undeployedOnPurpose.ts";

describe("an app that was taken down on purpose", () => {
  it("is known as such until it is wanted again", async () => {
    const stateDir = await mkdtemp(join(tmpdir(), "hearth-parked-"));
    const folder = appFolder(stateDir, "a.test");
    assert.equal(await isUndeployedOnPurpose(folder), false);
    await clearUndeployedOnPurpose(folder); // absent is success
    await markUndeployedOnPurpose(folder);
    assert.equal(await isUndeployedOnPurpose(folder), true);
    await clearUndeployedOnPurpose(folder);
    assert.equal(await isUndeployedOnPurpose(folder), false);
    await rm(stateDir, { recursive: true });
  });
});

describe("when a process was started", () => {
  it("is told to the second, and not at all of one that isn't there", async () => {
    const started = (await startTimeOf(process.pid)) ?? assert.fail("this process is there");
    assert.ok(Math.abs(Date.now() - process.uptime() * 1000 - started) < 2_000);
    assert.equal(await startTimeOf(2 ** 22), undefined);
  });
});
