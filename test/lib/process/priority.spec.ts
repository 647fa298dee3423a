import assert from "node:assert/strict";
import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { getPriority, tmpdir } from "node:os";
import { join } from "node:path";
import { pulumi } from "../../../commands/pulumi/cli.ts";
import { probeAbra } from "../../../providers/lib/abra/index.ts";
import { git } from "../../../providers/lib/git/git.ts";

describe("the CPU priority", () => {
  const { PATH, XDG_CACHE_HOME } = process.env;
  let folder: string;

  /** Puts a program on PATH that writes its priority, then prints a version. */
  async function fake(name: string, version: string): Promise<() => Promise<string>> {
    const [program, report] = [join(folder, name), join(folder, `${name}.priority`)];
    await writeFile(program, `#!/bin/sh\nnice > '${report}'\necho ${version}\n`);
    await chmod(program, 0o755);
    return async () => (await readFile(report, "utf8")).trim();
  }

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "hearth-priority-"));
    process.env["PATH"] = `${folder}:${PATH}`;
    process.env["XDG_CACHE_HOME"] = folder;
  });
  after(async () => {
    process.env["PATH"] = PATH;
    if (XDG_CACHE_HOME === undefined) delete process.env["XDG_CACHE_HOME"];
    else process.env["XDG_CACHE_HOME"] = XDG_CACHE_HOME;
    assert.equal(getPriority(), 0, "hearth keeps its own");
    await rm(folder, { recursive: true });
  });

  it("of pulumi is low", async () => {
    const priority = await fake("pulumi", "v3.274.1");
    await pulumi(["stack", "ls"]);
    assert.equal(await priority(), "10");
  });

  it("of abra is low", async () => {
    const priority = await fake("abra", "0.13.0");
    await probeAbra();
    assert.equal(await priority(), "10");
  });

  it("of git is low", async () => {
    assert.equal(await git(folder, ["-c", "alias.n=!nice", "n"], "read its priority"), "10");
  });
});
