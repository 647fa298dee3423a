import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, readFileSync, rmSync } from "node:fs";
import { getPriority, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { statOf } from "../../../providers/lib/process/stat.ts";
import { ProgramError, run } from "../../../providers/lib/process/run.ts";
import { project } from "../../lab/paths.ts";

const sh = (script: string, options = {}) => run("sh", ["-c", script], "try", options);

describe("running a program", () => {
  it("returns what it printed, without the last newline", async () => {
    assert.deepEqual(await sh("printf 'a\\nb\\n\\n'; echo c >&2"), { stdout: "a\nb\n", stderr: "c", exitCode: 0 });
  });

  it("passes input, environment and working directory, and an empty stdin without input", async () => {
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

  it("passes a descriptor on", async () => {
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

  it("fails with the program's output, and never with its arguments", async () => {
    await assert.rejects(sh("echo out; echo err >&2; exit 3 # argument"), (error: ProgramError) => {
      assert.equal(error.message, "sh: try: exit 3: err\nout");
      assert.deepEqual([error.kind, error.result], ["failed", { stdout: "out", stderr: "err", exitCode: 3 }]);
      assert.doesNotMatch(`${error.message} ${error.cause}`, /argument/);
      return true;
    });
  });

  it("lowers the priority of a program that yields the CPU, and of its children", async () => {
    const own = getPriority();
    assert.equal((await sh("nice")).stdout, String(own));
    assert.equal((await sh("sh -c nice; true", { yieldsCpu: true })).stdout, "10");
    assert.equal(getPriority(), own);
  });

  it("has no exit code when a signal ended the program or it doesn't exist", async () => {
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
    for (const yieldsCpu of [false, true])
      await assert.rejects(
        run("no-such-program", ["argument"], "try", { timeout: 1_000, input: "", yieldsCpu }),
        absent,
      );
    await assert.rejects(sh("exit 127", { yieldsCpu: true }), { kind: "failed", message: "sh: try: exit 127" });
  });

  it("ends it at the time-out and reports what it printed until then", async () => {
    await assert.rejects(sh("echo begun; exec sleep 60", { timeout: 300 }), {
      kind: "timed out",
      message: "sh: try: timed out: begun",
    });
  });

  it("F53: ends what it started too, which would keep its output open and inherited locks held", async () => {
    const path = join(tmpdir(), `hearth-inherited-${process.pid}`);
    const file = openSync(path, "w");
    try {
      const start = performance.now();
      const failed = sh("echo begun; sleep 60 & echo $! >&3; wait", { timeout: 300, inherit: file });
      await assert.rejects(failed, { kind: "timed out", message: "sh: try: timed out: begun" });
      assert.ok(performance.now() - start < 5_000, "it waited for the child");
      const child = Number(readFileSync(path, "utf8"));
      for (const ended = performance.now(); (await statOf(child))?.ended === false; await sleep(20))
        assert.ok(performance.now() - ended < 5_000, `process ${child} still runs`);
    } finally {
      closeSync(file);
      rmSync(path);
    }
  });

  it("F53: doesn't wait for a process that left its group and keeps its output open", async () => {
    const start = performance.now();
    const failed = sh("echo begun; setsid sleep 20 & wait", { timeout: 300 });
    await assert.rejects(failed, { kind: "timed out", message: "sh: try: timed out: begun" });
    assert.ok(performance.now() - start < 12_000);
  });

  it("has the program's own exit code and signal with a time-out too", async () => {
    const limited = { timeout: 60_000, yieldsCpu: true };
    await assert.rejects(sh("exit 124", limited), { kind: "failed", message: "sh: try: exit 124" });
    await assert.rejects(sh("kill -9 $$", limited), { kind: "failed", message: "sh: try: ended by a signal" });
    assert.equal((await sh("cat", { ...limited, input: "in" })).stdout, "in");
  });

  it("kills it 5 s after the time-out when it ignores SIGTERM", async () => {
    const start = performance.now();
    await assert.rejects(sh("trap '' TERM; exec sleep 60", { timeout: 300 }), { kind: "timed out" });
    assert.ok(performance.now() - start >= 5_300, "SIGKILL came too early");
  });

  for (const timeout of [undefined, 60_000])
    it(`ends it when this process is terminated${timeout ? ", also with a time-out" : ""}`, async () => {
      // A tick after the child's line proves that the call which started the child has returned.
      const script = `import { run } from "${join(project, "providers/lib/process/run.ts")}";
      setInterval(() => console.log("tick"), 20);
      await run("sh", ["-c", "echo $$ >&3; exec sleep 60"], "try", { inherit: 1, timeout: ${timeout} });`;
      const parent = spawn(process.execPath, ["--input-type=module-typescript", "-e", script], {
        stdio: ["ignore", "pipe", "inherit"],
      });
      let output = "";
      while (!/^\d+$[^]*tick/m.test(output)) output += String((await once(parent.stdout, "data"))[0]);
      const child = Number(/^\d+$/m.exec(output)![0]);
      assert.equal((await statOf(child))?.ended, false);
      parent.kill("SIGTERM");
      await once(parent, "exit");
      for (const start = performance.now(); (await statOf(child))?.ended === false; await sleep(20))
        assert.ok(performance.now() - start < 5_000, `process ${child} still runs`);
    });
});
