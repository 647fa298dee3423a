import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { LockedError, tryLock, withLock, withOneOf } from "../../../providers/lib/lock/flock.ts";

describe("a lock", () => {
  let folder: string;
  beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), "hearth-lock-"))));
  afterEach(() => rm(folder, { recursive: true }));

  it("P1: has one holder at a time, and is free once released", async () => {
    const path = join(folder, "deep", "lock");
    const held = await tryLock(path);
    assert.ok(held);
    assert.equal(await tryLock(path), undefined);
    await held.release();
    const again = await tryLock(path);
    assert.ok(again);
    await again.release();
  });

  it("P1: is released when its holder exits, even by kill -9", async () => {
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

  it("P1: stays held by a child that inherited it", async () => {
    const path = join(folder, "lock");
    const held = (await tryLock(path))!;
    const child = spawn("sleep", ["0.4"], { stdio: ["ignore", "ignore", "ignore", held.fd] });
    await held.release();
    assert.equal(await tryLock(path), undefined, "the child still holds it");
    await once(child, "exit");
    const again = await tryLock(path);
    assert.ok(again);
    await again.release();
  });

  it("reports once that it waits, and names the holder when it fails", async () => {
    const path = join(folder, "lock");
    const held = (await tryLock(path))!;
    let waits = 0;
    const attempt = () => withLock(path, async () => undefined, { wait: 300, onWait: () => waits++ });
    await assert.rejects(attempt, LockedError);
    assert.equal(waits, 1);
    const holder = `pid ${process.pid} on ${hostname()}`;
    await assert.rejects(attempt, { message: `lock ${path}: still held by ${holder} after 0 s`, path });
    await held.release();
  });

  it("names no holder if it is unknown", async () => {
    const path = join(folder, "lock");
    const holder = spawn("flock", [path, "sh", "-c", "echo held; sleep 60"], {
      stdio: ["ignore", "pipe", "inherit"],
      detached: true,
    });
    try {
      await once(holder.stdout, "data");
      await assert.rejects(() => withLock(path, async () => undefined, { wait: 0 }), {
        message: `lock ${path}: still held by another process after 0 s`,
      });
    } finally {
      process.kill(-holder.pid!, "SIGKILL");
      await once(holder, "exit");
    }
  });

  it("with two slots has two holders at a time, never three", async () => {
    const slots = [join(folder, "a"), join(folder, "b")];
    let inside = 0;
    let most = 0;
    const isAlone = () => most < 2;
    const work = async () => {
      most = Math.max(most, ++inside);
      // Waits until a second one is active, then long enough to detect a third.
      for (let i = 0; isAlone() && i < 100; i++) await sleep(50);
      await sleep(60);
      inside--;
    };
    await Promise.all(Array.from({ length: 6 }, () => withOneOf(slots, work)));
    assert.equal(most, 2);
  });
});
