import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { endSlot, startSlot, type SlotOptions } from "../../../commands/run/slots.ts";
import type { Lock } from "../../../providers/lib/lock/index.ts";

describe("slots for runs that start or end", function () {
  this.timeout(20_000);
  let stateDir: string;
  let logged: string[];
  const options = (more: Partial<SlotOptions> = {}): SlotOptions => ({
    stateDir,
    limit: 2,
    signal: new AbortController().signal,
    log: line => logged.push(line),
    ...more,
  });
  /** Whether the promise is still pending after a while. */
  const waits = async (promise: Promise<Lock>) =>
    (await Promise.race([promise.then(() => "acquired"), sleep(700).then(() => "waits")])) === "waits";
  beforeEach(async () => {
    stateDir = await mkdtemp(join(tmpdir(), "hearth-slots-"));
    logged = [];
  });
  afterEach(() => rm(stateDir, { recursive: true }));

  it("are free at once below the limit, without a line", async () => {
    const held = await Promise.all([startSlot(options()), startSlot(options())]);
    assert.notEqual(held[0].path, held[1].path);
    for (const each of held) await each.release();
  });

  it("F21: make further runs wait with one line, and go to them in order of arrival", async () => {
    const held = [await startSlot(options()), await startSlot(options())];
    const order: number[] = [];
    const waiting: Promise<void>[] = [];
    for (const at of [0, 1, 2, 3]) {
      waiting.push(
        startSlot(options()).then(async lock => {
          order.push(at);
          await sleep(50);
          await lock.release();
        }),
      );
      await sleep(150);
    }
    assert.deepEqual(order, []);
    assert.deepEqual(logged, Array(4).fill("waiting: other runs start or end (hearth:startLimit 2)"));
    for (const each of held) await each.release();
    await Promise.all(waiting);
    assert.deepEqual(order, [0, 1, 2, 3]);
  });

  it("are waited for whatever the wall clock says", async () => {
    const now = Date.now;
    const held = [await startSlot(options()), await startSlot(options())];
    try {
      let jump = 0;
      Date.now = () => now() + (jump = jump > 0 ? -5 * 3_600_000 : 5 * 3_600_000);
      const next = startSlot(options());
      assert.ok(await waits(next));
      await held[0]!.release();
      await (await next).release();
    } finally {
      Date.now = now;
    }
    await held[1]!.release();
  });

  it("F21: are reserved for runs that end, which go before those that start", async () => {
    const starts = [await startSlot(options()), await startSlot(options())];
    const reserved = await endSlot(options());
    const nextStart = startSlot(options());
    await sleep(300);
    const nextEnd = endSlot(options());
    assert.ok((await waits(nextStart)) && (await waits(nextEnd)));
    await starts[0]!.release();
    await (await nextEnd).release();
    await (await nextStart).release();
    for (const each of [reserved, starts[1]!]) await each.release();
  });

  it("end a wait with the reason of the signal, at the head of the queue and behind it", async () => {
    const held = [await startSlot(options({ limit: 1 }))];
    const interrupted = new AbortController();
    const each = [0, 1].map(() => startSlot(options({ limit: 1, signal: interrupted.signal })));
    const ended = Promise.allSettled(each);
    await sleep(500);
    interrupted.abort(new Error("SIGINT"));
    for (const result of await ended)
      assert.match(result.status === "rejected" ? String(result.reason) : result.status, /SIGINT/);
    for (const lock of held) await lock.release();
    const next = await startSlot(options({ limit: 1 }));
    await next.release();
  });

  it("F22: are free again once their process was killed", async () => {
    const module = new URL("../../../commands/run/slots.ts", import.meta.url).href;
    const script = `
      const { startSlot } = await import(${JSON.stringify(module)});
      await startSlot({ stateDir: ${JSON.stringify(stateDir)}, limit: 1, signal: new AbortController().signal, log: () => {} });
      console.log("held");
      setInterval(() => {}, 1000);
    `;
    const holder = spawn(process.execPath, ["--input-type=module", "--eval", script]);
    try {
      await once(holder.stdout, "data");
      const next = startSlot(options({ limit: 1 }));
      assert.ok(await waits(next));
      holder.kill("SIGKILL");
      await (await next).release();
    } finally {
      holder.kill("SIGKILL");
    }
  });
});
