import assert from "node:assert/strict";
import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Abra, abraIn, probeAbra } from "../../../providers/lib/abra/index.ts";
import { docker } from "../../../providers/lib/docker/docker.ts";
import { git } from "../../../providers/lib/git/git.ts";

/** Arguments for each call of abra. */
const calls: { [K in keyof Abra]: Parameters<Abra[K]> } = {
  newApp: ["docs", "a.test", "default"],
  newAppHere: ["docs", "a.test", "default"],
  deploy: ["a.test", "1.0.0+1"],
  deployHere: ["a.test"],
  undeploy: ["a.test"],
  removeApp: ["a.test"],
  generateSecret: ["a.test", "password", "v1"],
  insertSecret: ["a.test", "password", "v1", "/dev/null"],
  removeSecret: ["a.test", "password"],
};

describe("F53: the time limit of every call", () => {
  const { PATH } = process.env;
  let folder: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "hearth-limits-"));
    process.env["PATH"] = `${folder}:${PATH}`;
    // Its parent is timeout(1), with the limit in its command line.
    const script = `#!/bin/sh\ntr '\\0' ' ' < /proc/$PPID/cmdline > '${folder}/parent'\necho 0.13.0\n`;
    for (const name of ["abra", "git", "docker"]) {
      await writeFile(join(folder, name), script);
      await chmod(join(folder, name), 0o755);
    }
  });
  after(async () => {
    process.env["PATH"] = PATH;
    await rm(folder, { recursive: true });
  });

  /** Seconds. */
  const limit = async () => {
    const text = await readFile(join(folder, "parent"), "utf8");
    await rm(join(folder, "parent"));
    return Number(/^timeout -k \d+ (\d+) /.exec(text)?.[1]);
  };

  for (const [name, argv] of Object.entries(calls))
    it(`of abra: ${name}`, async () => {
      const abra = abraIn(folder) as unknown as Record<string, (...args: readonly string[]) => Promise<void>>;
      await abra[name]!(...argv);
      const seconds = await limit();
      assert.ok(seconds >= 60 && seconds <= 900, `${seconds} s`);
    });

  it("of abra: its version", async () => {
    await probeAbra();
    assert.equal(await limit(), 60);
  });

  it("of git and docker", async () => {
    await git(folder, ["status"], "try");
    assert.equal(await limit(), 60);
    await docker(["ps"], "try");
    assert.equal(await limit(), 120);
  });
});
