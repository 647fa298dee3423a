import assert from "node:assert/strict";
import { text } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { isNoSpace, withChildren, type ChildOptions } from "../../providers/snapshot/children.ts";
import { tryLock } from "../../providers/lock/flock.ts";
import { makePlace, type Place } from "./place.ts";

describe("children joined by a pipe", () => {
  let place: Place;
  beforeEach(async () => (place = await makePlace()));
  afterEach(() => place.gone());

  it("blame the reader that stopped, not the writer that met a closed pipe", () =>
    assert.rejects(() => joined("exec yes", "head -c 100000 >&2; echo 'No space left on device' >&2; exit 2"), { program: "sh", kind: "failed" }));

  it("blame the writer that failed, not the reader that was ended for it", () =>
    assert.rejects(() => joined("echo half; echo 'file changed as we read it' >&2; exit 1", "cat"), /write: exit 1: file changed as we read it/));

  it("name a program that isn't there", () =>
    assert.rejects(() => withChildren({}, async ({ source }) => source("hearth-no-such-program", [], "try").done), { kind: "not found" }));

  it("know a full disk by the words of a program and by the code of a call", async () => {
    const error: unknown = await joined("exec yes", "echo 'tar: ./x: Cannot write: No space left on device' >&2; exit 2").catch((thrown: unknown) => thrown);
    assert.ok(isNoSpace(error));
    assert.ok(isNoSpace(Object.assign(new Error("write"), { code: "ENOSPC" })));
    assert.ok(!isNoSpace(new Error("No space left on device, they said")));
  });

  it("P1: hold the app's lock while they live, and are gone when the work is called off", async () => {
    const path = `${place.path}/lock`;
    const held = (await tryLock(path))!;
    const stop = new AbortController();
    const work = joined("exec yes", "exec sleep 60", { inherit: held.fd, signal: stop.signal });
    const refused = assert.rejects(() => work, /called off/);
    await held.release();
    await sleep(100);
    assert.equal(await tryLock(path), undefined, "the children have it");
    stop.abort(new Error("called off"));
    await refused;
    const again = await tryLock(path);
    assert.ok(again, "no child is left");
    await again.release();
  });

  it("P2: lose nothing of what one wrote and left before anybody read it", () =>
    withChildren({}, async ({ source }) => {
      const child = source("sh", ["-c", "echo all of it"], "write");
      await sleep(100);
      assert.equal(await text(child.out), "all of it\n");
    }));

  it("end with the work, also one that has left more than anybody read", async () => {
    const work = withChildren({}, async ({ source }) => {
      source("head", ["-c", "150000", "/dev/zero"], "write");
      await sleep(100);
      throw new Error("enough");
    });
    await assert.rejects(() => work, /enough/);
  });

  it("aren't started once the work is called off", () =>
    assert.rejects(() => joined("exec yes", "cat", { signal: AbortSignal.abort(new Error("called off")) }), /called off/));

  it("get none of the environment that would change what they do", async () => {
    process.env["TAR_OPTIONS"] = "--exclude=*";
    try {
      await withChildren({}, ({ source }) => source("sh", ["-c", 'test -z "$TAR_OPTIONS"'], "look").done);
    } finally {
      delete process.env["TAR_OPTIONS"];
    }
  });

  async function joined(writer: string, reader: string, options: ChildOptions = {}): Promise<void> {
    await withChildren(options, async ({ source, sink }) => {
      const from = source("sh", ["-c", writer], "write");
      const to = sink("sh", ["-c", reader], "read");
      await pipeline(from.out, to.in, { end: false });
      await from.done;
      to.in.end();
      await to.done;
    });
  }
});
