import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { appFolder } from "../../../providers/lib/state/appFolder.ts";
import { clearCleanUp, deferCleanUp, isCleanUpDue } from "../../../providers/lib/state/cleanUp.ts";

describe("a clean-up that failed", () => {
  it("F57: is due until it succeeds, also if its record can't be read", async () => {
    const stateDir = await mkdtemp(join(tmpdir(), "hearth-clean-up-"));
    const folder = appFolder(stateDir, "a.test");
    assert.equal(await isCleanUpDue(folder), false);
    await clearCleanUp(folder); // absent is success
    await deferCleanUp(folder);
    assert.equal(await isCleanUpDue(folder), true);
    for (const text of ["", "{", "{}", '{"format":1}']) {
      await writeFile(folder.cleanUp, text);
      assert.equal(await isCleanUpDue(folder), true, text);
    }
    await clearCleanUp(folder);
    assert.equal(await isCleanUpDue(folder), false);
    await rm(stateDir, { recursive: true });
  });
});
