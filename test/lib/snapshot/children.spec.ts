import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { groupResult, isNoSpace, runGroup, type ChildOptions } from "../../../providers/lib/snapshot/children.ts";
import { tryLock } from "../../../providers/lib/lock/flock.ts";
import { createWorkspace, type Workspace } from "./workspace.ts";

describe("a program in its own process group", () => {
  let workspace: Workspace;
  beforeEach(async () => (workspace = await createWorkspace()));
  afterEach(() => workspace.remove());

  it("returns its stderr, and fails with it", async () => {
    assert.equal(await shell("echo out; echo a word >&2"), "a word");
    await assert.rejects(() => shell("echo 'file changed as we read it' >&2; exit 1"), {
      program: "sh",
      kind: "failed",
      message: "sh: try: exit 1: file changed as we read it",
    });
  });

  it("returns how it ended and what it printed on each descriptor", async () => {
    assert.deepEqual(await groupResult("sh", ["-c", "echo 1; echo 2 >&2; echo 3 >&3; exit 7"], "try", {}), {
      exitCode: 7,
      output: ["1\n", "2\n", "3\n"],
    });
    assert.deepEqual(await groupResult("sh", ["-c", "kill -9 $$"], "try", {}), {
      exitCode: null,
      output: ["", "", ""],
    });
  });

  it("keeps the first and the last lines of long output", async () => {
    const output = await shell("echo first >&2; head -c 1000000 /dev/zero | tr '\\0' x >&2; echo >&2; echo last >&2");
    assert.match(output, /^first\nx.*x\nlast$/s);
    assert.ok(output.length < 20_000);
  });

  it("is named when not found", () =>
    assert.rejects(() => runGroup("hearth-no-such-program", [], "try", {}), { kind: "not found" }));

  it("recognizes a full disk by a program's message and by an error's code", async () => {
    const error: unknown = await shell("echo 'tar: ./x: Cannot write: No space left on device' >&2; exit 2").catch(
      (thrown: unknown) => thrown,
    );
    assert.ok(isNoSpace(error));
    assert.ok(isNoSpace(Object.assign(new Error("write"), { code: "ENOSPC" })));
    assert.ok(!isNoSpace(new Error("No space left on device, as text only")));
  });

  it("P1: holds the app's lock while any of its processes lives, and ends when aborted", async () => {
    const path = `${workspace.path}/lock`;
    const held = (await tryLock(path))!;
    const stop = new AbortController();
    const work = shell("sleep 60 & sleep 60 | sleep 60 & exit 0", { inherit: held.fd, signal: stop.signal });
    const refused = assert.rejects(() => work, /aborted/);
    await held.release();
    await sleep(100);
    assert.equal(await tryLock(path), undefined, "the children must hold the lock");
    stop.abort(new Error("aborted"));
    await refused;
    const again = await tryLock(path);
    assert.ok(again, "no child may remain");
    await again.release();
  });

  it("isn't started after an abort", () =>
    assert.rejects(() => shell("exit 3", { signal: AbortSignal.abort(new Error("aborted")) }), /aborted/));

  it("gets no environment variable that could change its behaviour", async () => {
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
