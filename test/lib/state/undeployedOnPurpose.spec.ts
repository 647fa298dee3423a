import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { appFolder } from "../../../providers/lib/state/appFolder.ts";
import {
  isUndeployedOnPurpose,
  markUndeployedOnPurpose,
  clearUndeployedOnPurpose,
} from "../../../providers/lib/state/undeployedOnPurpose.ts";

describe("an app undeployed on purpose", () => {
  it("is marked until the mark is cleared", async () => {
    const stateDir = await mkdtemp(join(tmpdir(), "hearth-undeployed-"));
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
