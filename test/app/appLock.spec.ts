import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { appFolder } from "../../providers/lib/state/appFolder.ts";
import { beginOperation, closeOperation } from "../../providers/lib/state/operation.ts";
import { tryLock } from "../../providers/lib/lock/flock.ts";
import { InterruptedError } from "../../providers/lib/run/interruption.ts";
import { withAppLock } from "../../providers/app/appLock.ts";

describe("the lock of an app", () => {
  it("F16, P1: waits for the holder, logs its process, step and start, and fails past the limit", async () => {
    const stateDir = await mkdtemp(join(tmpdir(), "hearth-locked-"));
    const app = { stateDir, domain: "a.test", recipe: "a" };
    const folder = appFolder(stateDir, app.domain);
    const held = await tryLock(folder.lock);
    assert.ok(held);
    try {
      await beginOperation(folder, {
        kind: "upgrade",
        recipe: "a",
        domain: app.domain,
        from: "1.0.0+1",
        to: "1.1.0+1",
      });
      const logged: string[] = [];
      const work = () => Promise.reject(new Error("work ran while another process held the lock"));
      await assert.rejects(
        withAppLock(app, line => void logged.push(line), work, 300),
        { name: "LockedError" },
      );
      assert.match(
        logged.join(),
        new RegExp(
          `^a: waiting for another hearth process: pid ${process.pid} on \\S+, at preflight of 1\\.0\\.0\\+1 → 1\\.1\\.0\\+1 since \\d{4}-`,
        ),
      );
      await closeOperation(folder);
    } finally {
      await held.release();
    }
    assert.equal(
      await withAppLock(
        app,
        () => undefined,
        async () => "free",
      ),
      "free",
    );
    await rm(stateDir, { recursive: true });
  });

  it("isn't waited for any longer once the waiting run is interrupted", async () => {
    const stateDir = await mkdtemp(join(tmpdir(), "hearth-locked-"));
    const app = { stateDir, domain: "a.test", recipe: "a" };
    const held = await tryLock(appFolder(stateDir, app.domain).lock);
    try {
      const controller = new AbortController();
      const abort = () => controller.abort(new InterruptedError());
      const work = () => Promise.reject(new Error("work ran while another process held the lock"));
      const start = performance.now();
      await assert.rejects(withAppLock(app, abort, work, 10_000, controller.signal), { name: "InterruptedError" });
      assert.ok(performance.now() - start < 3_000);
    } finally {
      await held?.release();
      await rm(stateDir, { recursive: true });
    }
  });
});
