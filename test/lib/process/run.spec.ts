import assert from "node:assert/strict";
import { closeSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ProgramError, run } from "../../../providers/lib/process/run.ts";

const sh = (script: string, options = {}) => run("sh", ["-c", script], "try", options);

describe("another program", () => {
  it("gives back what it printed, without the last newline", async () => {
    assert.deepEqual(await sh("printf 'a\\nb\\n\\n'; echo c >&2"), { stdout: "a\nb\n", stderr: "c", exitCode: 0 });
  });

  it("gets its input, its environment and its folder, and nothing to read where there is none", async () => {
    const { stdout } = await sh('cat; echo "$MORE $HOME" "$(pwd)"', {
      input: "secret\n",
      env: { MORE: "more" },
      cwd: "/",
    });
    assert.equal(stdout, `secret\nmore ${process.env["HOME"]} /`);
    assert.equal((await sh("cat")).stdout, "");
    assert.equal(
      (await run("true", [], "read nothing", { input: "x".repeat(1_000_000) })).exitCode,
      0,
      "unread input is no failure",
    );
  });

  it("keeps a descriptor open that it is given", async () => {
    const path = join(tmpdir(), `hearth-inherit-${process.pid}`);
    const file = openSync(path, "w");
    try {
      await sh("echo kept >&3", { inherit: file });
      assert.equal(readFileSync(path, "utf8"), "kept\n");
    } finally {
      closeSync(file);
      rmSync(path);
    }
  });

  it("that fails is an error with its own words, and never its arguments", async () => {
    await assert.rejects(sh("echo out; echo err >&2; exit 3 # argument"), (error: ProgramError) => {
      assert.equal(error.message, "sh: try: exit 3: err\nout");
      assert.deepEqual([error.kind, error.result], ["failed", { stdout: "out", stderr: "err", exitCode: 3 }]);
      assert.doesNotMatch(`${error.message} ${error.cause}`, /argument/);
      return true;
    });
  });

  it("that a signal ended, or that isn't there, has no exit code", async () => {
    await assert.rejects(sh("kill -9 $$"), {
      kind: "failed",
      message: "sh: try: ended by a signal",
      result: { stdout: "", stderr: "", exitCode: null },
    });
    const absent = {
      kind: "not found",
      message: "no-such-program: try: no such program on PATH",
      result: { stdout: "", stderr: "", exitCode: null },
    };
    await assert.rejects(run("no-such-program", ["argument"], "try", { timeout: 1_000, input: "" }), absent);
  });

  it("is told to end at its time-out, with what it said until then", async () => {
    await assert.rejects(sh("echo begun; exec sleep 60", { timeout: 300 }), {
      kind: "timed out",
      message: "sh: try: timed out: begun",
    });
  });

  it("is killed where it doesn't heed that", async () => {
    const begun = Date.now();
    await assert.rejects(sh("trap '' TERM; exec sleep 60", { timeout: 300 }), { kind: "timed out" });
    assert.ok(Date.now() - begun >= 5_300, "it had its time");
  });
});
