import assert from "node:assert/strict";
import { chmod, mkdir, mkdtemp, readFile, rm, symlink, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { requirePulumi } from "../../stacks/pulumiVersion.ts";

describe("the version of the Pulumi CLI", () => {
  let folder: string;
  const before = { PATH: process.env["PATH"], XDG_CACHE_HOME: process.env["XDG_CACHE_HOME"] };
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "hearth-pulumi-"));
    Object.assign(process.env, { PATH: `${folder}:${before.PATH}`, XDG_CACHE_HOME: join(folder, "cache") });
  });
  afterEach(async () => {
    process.env["PATH"] = before.PATH;
    if (before.XDG_CACHE_HOME === undefined) delete process.env["XDG_CACHE_HOME"];
    else process.env["XDG_CACHE_HOME"] = before.XDG_CACHE_HOME;
    await rm(folder, { recursive: true });
  });

  /** A file without `#!` stands for a binary: execvp runs it with sh. */
  const install = async (version: string, { name = "pulumi", head = "" } = {}) => {
    const script = `${head}echo asked >> ${folder}/calls\necho "${version}"\n`;
    await writeFile(join(folder, name), script, { mode: 0o755 });
  };
  const asked = async () => (await readFile(join(folder, "calls"), "utf8").catch(() => "")).split("asked").length - 1;

  for (const version of ["v3.188.0", "v3.274.1", "3.188.1-dev.0", "v4.0.0"])
    it(`may be ${version}`, async () => {
      await install(version);
      await requirePulumi();
    });

  for (const version of ["v3.150.0", "v3.187.9", "v2.300.0"])
    it(`may not be ${version}, and is read again each time`, async () => {
      await install(version);
      const message = `pulumi ${version.slice(1)} is too old: hearth needs 3.188.0 or newer (https://www.pulumi.com/docs/install)`;
      for (let time = 0; time < 2; time++)
        await assert.rejects(requirePulumi(), { name: "PulumiVersionError", message });
      assert.equal(await asked(), 2);
    });

  it("is read once for a program, and again if that changes", async () => {
    await install("v3.274.1");
    for (let time = 0; time < 3; time++) assert.equal(await requirePulumi(), true);
    assert.equal(await asked(), 1);
    await install("v3.150.0");
    await utimes(join(folder, "pulumi"), 1, 1);
    await assert.rejects(requirePulumi(), { name: "PulumiVersionError" });
  });

  it("is read each time through a script: the program behind it may change", async () => {
    await install("v3.274.1", { head: "#!/bin/sh\n" });
    for (let time = 0; time < 2; time++) await requirePulumi();
    assert.equal(await asked(), 2);
  });

  it("is read each time through a link to a program of another name, such as a version manager's", async () => {
    await install("v3.274.1", { name: "mise" });
    await symlink("mise", join(folder, "pulumi"));
    for (let time = 0; time < 2; time++) await requirePulumi();
    assert.equal(await asked(), 2);
  });

  it("is read each time if it can't be recorded", async () => {
    await writeFile(join(folder, "cache"), "no folder");
    await install("v3.274.1");
    for (let time = 0; time < 2; time++) await requirePulumi();
    assert.equal(await asked(), 2);
  });

  it("must be readable", async () => {
    await install("unknown");
    await assert.rejects(requirePulumi(), {
      message: /^pulumi version: expected a version, got "unknown": hearth needs/,
    });
  });

  it("isn't asked for without a program that can be executed", async () => {
    await install("v3.150.0");
    await chmod(join(folder, "pulumi"), 0o644);
    await mkdir(join(folder, "empty"));
    process.env["PATH"] = `${folder}:${join(folder, "empty")}`;
    assert.equal(await requirePulumi(), false);
  });
});
