import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, symlink, utimes, writeFile } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { breakDeadLocks, breakLocks, lockOf } from "../../../commands/pulumi/locks.ts";
import { lockLines } from "../../../commands/pulumi/remoteLocks.ts";
import { currentProcess } from "../../../providers/lib/process/identity.ts";

const DAY = 24 * 3_600_000;

async function deadPid(): Promise<number> {
  const child = spawn("true");
  await once(child, "exit");
  return child.pid!;
}

describe("Pulumi's locks", () => {
  let backend: string;
  let folder: string;
  let program: string;
  let pulumi: ChildProcess;
  const lock = (name: string, pid: number, more: object = {}) =>
    writeFile(
      join(folder, `${name}.json`),
      JSON.stringify({ pid, username: "root", hostname: hostname(), timestamp: new Date().toISOString(), ...more }),
    );

  before(async () => {
    program = await mkdtemp(join(tmpdir(), "hearth-pulumi-"));
    await symlink("/usr/bin/sleep", join(program, "pulumi"));
    pulumi = spawn(join(program, "pulumi"), ["600"], { stdio: "ignore" });
    await once(pulumi, "spawn");
  });
  after(async () => {
    pulumi.kill("SIGKILL");
    await rm(program, { recursive: true });
  });
  beforeEach(async () => {
    backend = await mkdtemp(join(tmpdir(), "hearth-locks-"));
    folder = join(backend, ".pulumi", "locks", "organization", "hearth", "warm");
    await mkdir(folder, { recursive: true });
  });
  afterEach(() => rm(backend, { recursive: true }));

  it("F22, P6: are removed if their holder is dead, or its pid is another program's", async () => {
    await lock("dead", await deadPid());
    await lock("reused", process.pid);
    const lines = await breakDeadLocks("warm", `file://${backend}`);
    assert.equal(lines.length, 2);
    assert.match(lines.join(), /pulumi's lock of warm \(pid \d+, since .*\) removed: its holder is dead/);
    assert.deepEqual(await readdir(folder), []);
  });

  it("F2: are removed if a power cut left them without content, with their attributes", async () => {
    for (const name of ["empty.json", "cut-off.json", "empty.json.attrs"]) await writeFile(join(folder, name), "");
    await writeFile(join(folder, "cut-off.json"), '{"pid":4');
    const lines = await breakDeadLocks("warm", `file://${backend}`);
    assert.match(lines.join(), /empty\.json, which is empty or cut off\) removed/);
    assert.deepEqual(await readdir(folder), []);
  });

  it("P1: stay if their holder is alive, on another host, or unreadable", async () => {
    await lock("alive", pulumi.pid!);
    await lock("elsewhere", await deadPid(), { hostname: "another-host" });
    await writeFile(join(folder, "strange.json"), "{}");
    assert.deepEqual(await breakDeadLocks("warm", `file://${backend}`), []);
    assert.equal((await readdir(folder)).length, 3);
  });

  it("F52: are removed after a day if their holder can't be observed", async () => {
    const ago = (ms: number) => new Date(Date.now() - ms);
    const lines = async () => (await breakDeadLocks("warm", `file://${backend}`)).join();
    // After this boot, or they would be dead at once.
    await lock("elsewhere", 7, { hostname: "another-host", timestamp: ago(-DAY).toISOString() });
    await writeFile(join(folder, "strange.json"), "{}");
    await utimes(join(folder, "strange.json"), ago(DAY - 60_000), ago(DAY - 60_000));
    assert.match(await lines(), /^pulumi's lock of warm \(pid 7 on another-host, .*can't be observed, and it is older/);
    assert.deepEqual(await readdir(folder), ["strange.json"]);
    await utimes(join(folder, "strange.json"), ago(DAY), ago(DAY));
    assert.match(await lines(), /strange\.json, which is unreadable\) removed/);
    assert.deepEqual(await readdir(folder), []);
  });

  it("F49: stay if their holder is alive, whatever the clock was set to since", async () => {
    for (const ms of [-365 * DAY, -DAY, DAY])
      await lock(`set${ms}`, pulumi.pid!, { timestamp: new Date(Date.now() + ms).toISOString() });
    const { liveness } = await lockOf("warm", { backend: `file://${backend}` });
    assert.equal(liveness, "alive");
    // Those from before this boot aren't this process's.
    const left = (await breakDeadLocks("warm", `file://${backend}`), await readdir(folder));
    assert.ok(left.includes(`set${DAY}.json`));
  });

  it("F22: report the holder: alive before unknown before dead", async () => {
    const liveness = async () => (await lockOf("warm", { backend: `file://${backend}` })).liveness;
    assert.equal(await liveness(), "none");
    await lock("dead", await deadPid());
    assert.equal(await liveness(), "dead");
    await writeFile(join(folder, "strange.json"), "{}");
    assert.equal(await liveness(), "unknown");
    await lock("alive", pulumi.pid!);
    assert.match(
      (await lockOf("warm", { backend: `file://${backend}` })).words,
      new RegExp(`^pulumi's lock of warm \\(pid ${pulumi.pid}, since .*\\)$`),
    );
    assert.equal(await liveness(), "alive");
  });

  it("F52: break with the one that the reaper names, and no other", async () => {
    await lock("dead", await deadPid());
    await lock("container", 7, { hostname: "1f2e3d" });
    const options = { backend: `file://${backend}` };
    assert.equal(await breakLocks("warm", undefined, options), false);
    assert.deepEqual(await readdir(folder), ["container.json"]);
    const { words, since } = await lockOf("warm", options);
    assert.ok(Math.abs(Date.now() - since!) < 60_000);
    await lock("later", 8, { hostname: "1f2e3d" });
    assert.equal(await breakLocks("warm", words, options), false);
    assert.deepEqual(await readdir(folder), ["later.json"]);
    assert.equal(await breakLocks("warm", (await lockOf("warm", options)).words, options), true);
    assert.deepEqual(await readdir(folder), []);
  });

  it("don't exist for a stack without locks", async () => {
    assert.deepEqual(await breakDeadLocks("other", `file://${backend}`), []);
    assert.equal(await breakLocks("other", undefined, { backend: `file://${backend}` }), true);
  });

  describe("in a backend that is no file", () => {
    const PATH = process.env["PATH"];
    const options = { backend: "s3://bucket" };
    const calls = async () => (await readFile(join(program, "calls"), "utf8")).trim().split("\n");
    /** A pulumi that says so to `stack rename`. */
    const says = async (text: string, code = 255) => {
      await mkdir(join(program, "bin"), { recursive: true });
      await writeFile(join(program, "answer"), text);
      const script = `#!/bin/sh
[ "$1" = version ] && { echo v3.274.1; exit; }
echo "$*" >> ${program}/calls
[ "$1" = cancel ] && exit 0
cat ${program}/answer >&2
exit ${code}
`;
      await writeFile(join(program, "bin", "pulumi"), script);
      await chmod(join(program, "bin", "pulumi"), 0o755);
      await rm(join(program, "calls"), { force: true });
      process.env["PATH"] = `${join(program, "bin")}:${PATH}`;
    };
    const locked = (...holders: string[]) =>
      [
        `error: the stack is currently locked by ${holders.length} lock(s). Either wait for the other process(es) to end or delete the lock file with \`pulumi cancel\`.`,
        ...holders.map(holder => `  s3://bucket/.pulumi/locks/organization/hearth/warm/a.json: created by ${holder}`),
        "",
      ].join("\n");
    const since = "2026-11-28T14:00:00Z";

    afterEach(() => void (process.env["PATH"] = PATH));

    it("F52: are none if Pulumi finds the stack unlocked, or no stack", async () => {
      for (const text of ["error: a stack named warm already exists", "error: no stack named 'warm' found"]) {
        await says(text);
        assert.deepEqual(await lockOf("warm", options), { liveness: "none", words: "" });
        assert.equal(await breakLocks("warm", undefined, options), true);
        assert.ok((await calls()).every(call => call.startsWith("stack rename warm --stack warm ")));
      }
    });

    it("F52: are read from Pulumi's message, and all removed at once if none has another holder", async () => {
      const dead = await deadPid();
      await says(locked(`root@${hostname()} (pid ${dead}) at ${since}`));
      assert.deepEqual(await lockOf("warm", options), {
        liveness: "unknown",
        words: `pulumi's lock of warm (pid ${dead}, since ${since})`,
        since: Date.parse(since),
      });
      const starter = await currentProcess();
      assert.equal((await lockOf("warm", { ...options, starter })).liveness, "dead");
      assert.equal(await breakLocks("warm", undefined, { ...options, starter }), true);
      assert.match((await calls()).at(-1)!, /^cancel warm --yes /);
    });

    it("P1: stay if one of them has a living holder, or one that wasn't judged", async () => {
      for (const other of [`ci@${hostname()} (pid ${pulumi.pid}) at ${since}`, `ci@1f2e3d (pid 7) at ${since}`]) {
        await says(locked(`root@${hostname()} (pid ${await deadPid()}) at ${since}`, other));
        const starter = { ...(await currentProcess()), started: 0 };
        assert.equal(await breakLocks("warm", undefined, { ...options, starter }), false);
        assert.ok(!(await calls()).some(call => call.startsWith("cancel")), other);
      }
    });

    it("are an error if Pulumi doesn't answer, and unknown if it can't read them", async () => {
      await says("error: could not list bucket: AccessDenied");
      await assert.rejects(
        lockOf("warm", options),
        /pulumi: look for locks of warm: could not list bucket: AccessDenied/,
      );
      await says("error: unexpected end of JSON input");
      assert.equal((await lockOf("warm", options)).liveness, "unknown");
    });

    it("have host names and users with any characters", () => {
      const text = locked("CI\\svc@x@ci runner (pid 42) at 2026-11-28T14:00:00+01:00");
      assert.deepEqual(lockLines(text), [
        { content: { hostname: "ci runner", pid: 42, timestamp: "2026-11-28T14:00:00+01:00" } },
      ]);
    });
  });
});
