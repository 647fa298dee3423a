import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { groupResult, isNoSpace, runGroup, type ChildOptions } from "../../../providers/lib/snapshot/children.ts";
import { tryLock } from "../../../providers/lib/lock/flock.ts";
import { makePlace, type Place } from "./place.ts";

describe("a program with all that it starts", () => {
  let place: Place;
  beforeEach(async () => (place = await makePlace()));
  afterEach(() => place.gone());

  it("gives back what it said on stderr, and fails with it", async () => {
    assert.equal(await shell("echo out; echo a word >&2"), "a word");
    await assert.rejects(() => shell("echo 'file changed as we read it' >&2; exit 1"), {
      program: "sh",
      kind: "failed",
      message: "sh: try: exit 1: file changed as we read it",
    });
  });

  it("gives back how it ended, and what it said where", async () => {
    assert.deepEqual(await groupResult("sh", ["-c", "echo 1; echo 2 >&2; echo 3 >&3; exit 7"], "try", {}), {
      exitCode: 7,
      said: ["1\n", "2\n", "3\n"],
    });
    assert.deepEqual(await groupResult("sh", ["-c", "kill -9 $$"], "try", {}), { exitCode: null, said: ["", "", ""] });
  });

  it("keeps the first and the last of what one says", async () => {
    const said = await shell("echo first >&2; head -c 1000000 /dev/zero | tr '\\0' x >&2; echo >&2; echo last >&2");
    assert.match(said, /^first\nx.*x\nlast$/s);
    assert.ok(said.length < 20_000);
  });

  it("that isn't there is named", () =>
    assert.rejects(() => runGroup("hearth-no-such-program", [], "try", {}), { kind: "not found" }));

  it("tells a full disk by the words of a program and by the code of a call", async () => {
    const error: unknown = await shell("echo 'tar: ./x: Cannot write: No space left on device' >&2; exit 2").catch(
      (thrown: unknown) => thrown,
    );
    assert.ok(isNoSpace(error));
    assert.ok(isNoSpace(Object.assign(new Error("write"), { code: "ENOSPC" })));
    assert.ok(!isNoSpace(new Error("No space left on device, they said")));
  });

  it("P1: holds the app's lock while any of it lives, and is gone when it is called off", async () => {
    const path = `${place.path}/lock`;
    const held = (await tryLock(path))!;
    const stop = new AbortController();
    const work = shell("sleep 60 & sleep 60 | sleep 60 & exit 0", { inherit: held.fd, signal: stop.signal });
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

  it("isn't started once the work is called off", () =>
    assert.rejects(() => shell("exit 3", { signal: AbortSignal.abort(new Error("called off")) }), /called off/));

  it("gets none of the environment that would change what it does", async () => {
    process.env["TAR_OPTIONS"] = "--exclude=*";
    try {
      await shell('test -z "$TAR_OPTIONS"');
    } finally {
      delete process.env["TAR_OPTIONS"];
    }
  });

  function shell(script: string, options: ChildOptions = {}): Promise<string> {
    return runGroup("sh", ["-c", script], "try", options);
  }
});
