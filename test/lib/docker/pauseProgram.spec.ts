import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import { ensurePauseProgram, pauseProgram } from "../../../providers/lib/docker/pauseProgram.ts";

describe("the program that only waits", () => {
  let folder: string;
  before(async () => void (folder = await mkdtemp(join(tmpdir(), "hearth-pause-"))));
  after(() => rm(folder, { recursive: true }));

  it("waits without using the processor, through a signal that it doesn't expect, until it is killed", async () => {
    const program = await ensurePauseProgram(join(folder, "guard"));
    assert.equal((await stat(program)).mode & 0o777, 0o755);
    const child = spawn(program, [], { stdio: "ignore" });
    const ended = once(child, "exit");
    await sleep(300);
    child.kill("SIGCHLD");
    child.kill("SIGWINCH");
    await sleep(100);
    const [, rest = ""] = (await readFile(`/proc/${child.pid}/stat`, "utf8")).split(") ");
    const [state, ...fields] = rest.split(" ");
    assert.equal(state, "S");
    assert.ok(Number(fields[10]) + Number(fields[11]) <= 1, "clock ticks of user and system time");
    child.kill("SIGKILL");
    assert.deepEqual(await ended, [null, "SIGKILL"]);
  });

  it("is rewritten only if its file isn't what it should be", async () => {
    const path = join(folder, "guard");
    const program = await ensurePauseProgram(path);
    const { ino } = await stat(program);
    await ensurePauseProgram(path);
    assert.equal((await stat(program)).ino, ino);
    await writeFile(program, "#!/bin/sh\n");
    await ensurePauseProgram(path);
    assert.deepEqual(await readFile(program), pauseProgram());
  });

  for (const [arch, machine] of [
    ["x64", "Advanced Micro Devices X86-64"],
    ["arm64", "AArch64"],
  ] as const)
    it(`is a static executable for ${arch}, by readelf`, async function () {
      const path = join(folder, arch);
      await writeFile(path, pauseProgram(arch));
      const done = await execa("readelf", ["--file-header", "--program-headers", path], { reject: false });
      if (done.code === "ENOENT") return this.skip();
      assert.equal(done.stderr, "");
      assert.match(done.stdout, new RegExp(`Machine: +${machine}`));
      assert.match(done.stdout, /Type: +EXEC/);
      assert.match(done.stdout, /LOAD .*\n.* R E /);
      assert.doesNotMatch(done.stdout, /INTERP|DYNAMIC/);
    });

  it("isn't known for other architectures", () => {
    assert.throws(() => pauseProgram("mips"), /no program that waits is known for the architecture mips/);
  });
});
