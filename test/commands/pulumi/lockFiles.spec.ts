import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { breakDeadLocks, lockOf } from "../../../commands/pulumi/locks.ts";

describe("the files of Pulumi's locks", () => {
  let backend: string;
  let folder: string;
  const url = () => `file://${backend}`;
  const write = (name: string, pid: number, timestamp = new Date().toISOString()) =>
    writeFile(join(folder, name), JSON.stringify({ pid, username: "root", hostname: hostname(), timestamp }));
  beforeEach(async () => {
    backend = await mkdtemp(join(tmpdir(), "hearth-lock-files-"));
    folder = join(backend, ".pulumi", "locks", "organization", "hearth", "warm");
    await mkdir(folder, { recursive: true });
  });
  afterEach(() => rm(backend, { recursive: true }));

  async function deadPid(): Promise<number> {
    const child = spawn("true");
    await once(child, "exit");
    return child.pid!;
  }

  it("are read without those that the backend's library keeps beside them", async () => {
    await write("one.json.attrs", await deadPid());
    await write("one.json.tmp", await deadPid());
    assert.deepEqual(await lockOf("warm", { backend: url() }), { liveness: "none", words: "" });
    assert.deepEqual(await breakDeadLocks("warm", url()), []);
    assert.deepEqual((await readdir(folder)).toSorted(), ["one.json.attrs", "one.json.tmp"]);
  });

  it("F22: are removed with their attributes, each of several, and no other stack's", async () => {
    const other = join(folder, "..", "ci-docs-0a1b2c");
    await mkdir(other);
    for (const name of ["one", "two"]) {
      await write(`${name}.json`, await deadPid());
      await write(`${name}.json.attrs`, 1);
    }
    await writeFile(join(other, "three.json"), "{}");
    assert.equal((await breakDeadLocks("warm", url())).length, 2);
    assert.deepEqual(await readdir(folder), []);
    assert.deepEqual(await readdir(other), ["three.json"]);
  });
});
