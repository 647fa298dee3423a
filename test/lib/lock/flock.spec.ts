import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { LockedError, tryLock, withLock, withOneOf } from "../../../providers/lib/lock/flock.ts";

describe("a lock", () => {
  let folder: string;
  beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), "hearth-lock-"))));
  afterEach(() => rm(folder, { recursive: true }));

  it("P1: is held by one at a time, and free once let go", async () => {
    const path = join(folder, "deep", "lock");
    const held = await tryLock(path);
    assert.ok(held);
    assert.equal(await tryLock(path), undefined);
    await held.release();
    const again = await tryLock(path);
    assert.ok(again);
    await again.release();
  });

  it("P1: goes with its holder, killed or not", async () => {
    const path = join(folder, "lock");
    const holder = spawn("flock", [path, "sh", "-c", "echo held; sleep 60"], {
      stdio: ["ignore", "pipe", "inherit"],
      detached: true,
    });
    await once(holder.stdout, "data");
    assert.equal(await tryLock(path), undefined);
    process.kill(-holder.pid!, "SIGKILL");
    await once(holder, "exit");
    const held = await withLock(path, async lock => lock.path, { wait: 2_000 });
    assert.equal(held, path);
  });

  it("P1: lives on in a child that inherited it", async () => {
    const path = join(folder, "lock");
    const held = (await tryLock(path))!;
    const child = spawn("sleep", ["0.4"], { stdio: ["ignore", "ignore", "ignore", held.fd] });
    await held.release();
    assert.equal(await tryLock(path), undefined, "the child has it still");
    await once(child, "exit");
    const again = await tryLock(path);
    assert.ok(again);
    await again.release();
  });

  it("says once that it waits, and in the end whom it waited for", async () => {
    const path = join(folder, "lock");
    const held = (await tryLock(path))!;
    let told = 0;
    await assert.rejects(() => withLock(path, async () => undefined, { wait: 300, onWait: () => told++ }), LockedError);
    assert.equal(told, 1);
    await held.release();
  });

  it("with two places lets two work, never three", async () => {
    const places = [join(folder, "a"), join(folder, "b")];
    let inside = 0;
    let most = 0;
    const work = async () => {
      most = Math.max(most, ++inside);
      await sleep(60);
      inside--;
    };
    await Promise.all(Array.from({ length: 6 }, () => withOneOf(places, work)));
    assert.equal(most, 2);
  });
});
