import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { withAppLock } from "../../providers/app/appLock.ts";
import { tryLock } from "../../providers/lib/lock/flock.ts";
import { appFolder } from "../../providers/lib/state/appFolder.ts";

describe("the wait for an app's lock", () => {
  it("P1: is said once, also if the holder has no operation open", async () => {
    const stateDir = await mkdtemp(join(tmpdir(), "hearth-waiting-"));
    try {
      const app = { stateDir, domain: "a.test", recipe: "a" };
      const held = await tryLock(appFolder(stateDir, app.domain).lock);
      assert.ok(held);
      const logged: string[] = [];
      const waiting = withAppLock(
        app,
        line => void logged.push(line),
        async () => "done",
        10_000,
      );
      while (logged.length === 0) await new Promise(resolve => setTimeout(resolve, 10));
      await held.release();
      assert.equal(await waiting, "done");
      assert.deepEqual(logged, ["a: waiting for another hearth process"]);
    } finally {
      await rm(stateDir, { recursive: true });
    }
  });
});
