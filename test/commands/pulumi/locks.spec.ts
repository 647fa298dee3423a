import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { breakDeadLocks, lockOf } from "../../../commands/pulumi/locks.ts";

describe("Pulumi's locks", () => {
  let backend: string;
  let folder: string;
  const lock = (name: string, pid: number, more: object = {}) =>
    writeFile(
      join(folder, `${name}.json`),
      JSON.stringify({ pid, username: "root", hostname: hostname(), timestamp: new Date().toISOString(), ...more }),
    );

  beforeEach(async () => {
    backend = await mkdtemp(join(tmpdir(), "hearth-locks-"));
    folder = join(backend, ".pulumi", "locks", "organization", "hearth", "warm");
    await mkdir(folder, { recursive: true });
  });
  afterEach(() => rm(backend, { recursive: true }));

  async function deadPid(): Promise<number> {
    const child = spawn("true");
    await new Promise(resolve => child.once("exit", resolve));
    return child.pid!;
  }

  it("F22, P6: are removed if their holder is dead or its pid was reused", async () => {
    await lock("dead", await deadPid());
    await lock("reused", process.pid, { timestamp: "2020-01-01T00:00:00Z" });
    const lines = await breakDeadLocks("warm", `file://${backend}`);
    assert.equal(lines.length, 2);
    assert.match(lines.join(), /pulumi's lock of warm \(pid \d+, since .*\) removed: its holder is dead/);
    assert.deepEqual(await readdir(folder), []);
  });

  it("P1: stay if their holder is alive, on another host, or unreadable", async () => {
    await lock("alive", process.pid);
    await lock("elsewhere", await deadPid(), { hostname: "another-host" });
    await writeFile(join(folder, "strange.json"), "{}");
    await writeFile(join(folder, "cut-off.json"), "");
    assert.deepEqual(await breakDeadLocks("warm", `file://${backend}`), []);
    assert.equal((await readdir(folder)).length, 4);
  });

  it("F22: report the holder: alive before unknown before dead", async () => {
    const liveness = async () => (await lockOf("warm", `file://${backend}`)).liveness;
    assert.equal(await liveness(), "none");
    await lock("dead", await deadPid());
    assert.equal(await liveness(), "dead");
    await writeFile(join(folder, "cut-off.json"), "");
    assert.equal(await liveness(), "unknown");
    await lock("alive", process.pid);
    assert.match(
      (await lockOf("warm", `file://${backend}`)).words,
      new RegExp(`^pulumi's lock of warm \\(pid ${process.pid}, since .*\\)$`),
    );
    assert.equal(await liveness(), "alive");
    assert.deepEqual(await lockOf("warm", "s3://bucket"), { liveness: "none", words: "" });
  });

  it("don't exist for a stack without locks or a backend that isn't a folder", async () => {
    assert.deepEqual(await breakDeadLocks("other", `file://${backend}`), []);
    assert.deepEqual(await breakDeadLocks("warm", "s3://bucket"), []);
  });
});
