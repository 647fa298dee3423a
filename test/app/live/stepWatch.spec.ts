import assert from "node:assert/strict";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { stepWatch } from "../../../providers/app/live/stepWatch.ts";
import { stalledFor } from "../../../providers/app/stall.ts";
import { tryLock } from "../../../providers/lib/lock/flock.ts";
import { appFolder } from "../../../providers/lib/state/appFolder.ts";
import { beginOperation } from "../../../providers/lib/state/operation.ts";

const plan = { kind: "upgrade", recipe: "a", domain: "a.test", from: "1.0.0+1", to: "1.1.0+1" } as const;

describe("the watch of an operation's own step", () => {
  let stateDir: string;
  let logged: string[];
  beforeEach(async () => {
    stateDir = await mkdtemp(join(tmpdir(), "hearth-step-"));
    logged = [];
  });
  // A check that is in progress may still open the lock.
  afterEach(() => rm(stateDir, { recursive: true, maxRetries: 20 }));

  const alerts = async () =>
    (await readdir(join(stateDir, "alerts")).catch(() => [])).filter(name => name.endsWith(".json")).length;
  /** Lets `work` run with a watch whose steps may take 100 ms, while this process has the lock or no process has it. */
  async function watching(
    { isLocked = true, isAlerted = false },
    work: (watch: ReturnType<typeof stepWatch>) => void,
  ): Promise<void> {
    const app = { stateDir, domain: "a.test", recipe: "a" };
    const folder = appFolder(stateDir, app.domain);
    const lock = await tryLock(folder.lock);
    await beginOperation(folder, plan);
    const watch = stepWatch(app, line => void logged.push(line), 100);
    if (!isLocked) await lock?.release();
    try {
      work(watch);
      await sleep(300);
      if (isAlerted)
        for (const start = performance.now(); (await alerts()) === 0; await sleep(50))
          assert.ok(performance.now() - start < 10_000, "no alert");
    } finally {
      watch.stop();
      if (isLocked) await lock?.release();
    }
  }

  it("F53, P10: alerts when it stands still", async () => {
    await watching({ isAlerted: true }, watch => watch.start());
    assert.equal(await alerts(), 1);
    assert.match(logged.join(), /^a: pid \d+ on \S+ at preflight of 1\.0\.0\+1 → 1\.1\.0\+1 for 0 min$/);
  });

  it("doesn't alert when the operation ended in time", async () => {
    await watching({}, watch => {
      watch.start();
      watch.stop();
    });
    assert.deepEqual([await alerts(), logged], [0, []]);
  });

  it("doesn't alert when the operation was left open and the lock released", async () => {
    await watching({ isLocked: false }, watch => watch.start());
    assert.deepEqual([await alerts(), logged], [0, []]);
  });

  it("F49, F58: counts a step no longer than the lock is held, and the lock alone without an operation", () => {
    const [now, hour] = [Date.parse("2026-01-03T00:00:00Z"), 3_600_000];
    const since = (ms: number) => ({ stepStartedAt: new Date(now - ms).toISOString() });
    assert.equal(stalledFor(since(hour), { heldFor: 2 * hour }, now), hour);
    assert.equal(stalledFor(since(hour - 1), { heldFor: 2 * hour }, now), undefined);
    assert.equal(stalledFor(since(48 * hour), { heldFor: hour - 1 }, now), undefined);
    assert.equal(stalledFor(since(-24 * hour), { heldFor: 2 * hour }, now), undefined);
    assert.equal(stalledFor(undefined, { heldFor: hour }, now), hour);
  });
});
