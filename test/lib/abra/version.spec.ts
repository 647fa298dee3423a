import assert from "node:assert/strict";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { abraFatal, abraIn, probeAbra } from "../../../providers/lib/abra/cli.ts";

describe("abra", () => {
  const path = process.env["PATH"];
  let folder: string;
  /** Puts an abra first on PATH. */
  const abra = async (script: string): Promise<void> => {
    await writeFile(join(folder, "abra"), `#!/bin/sh\n${script}\n`);
    await chmod(join(folder, "abra"), 0o755);
  };
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "hearth-abra-"));
    process.env["PATH"] = `${folder}${delimiter}${path}`;
  });
  afterEach(async () => {
    process.env["PATH"] = path;
    await rm(folder, { recursive: true });
  });

  for (const version of ["0.13.0", "0.13.0-beta", "0.14.1", "0.99.0", "1.0.0", "1.2.3", "10.0.0"])
    it(`is accepted at ${version}`, async () => {
      await abra(`echo 'abra version ${version}-06a57de'`);
      await probeAbra();
    });

  for (const version of ["0.12.9", "0.12.99", "0.9.0", "0.1.13", "0.0.0"])
    it(`is refused at ${version}, with what to install`, async () => {
      await abra(`echo 'abra version ${version}-beta'`);
      await assert.rejects(probeAbra(), {
        name: "AbraVersionError",
        message: `abra ${version} is too old: install abra 0.13 or newer`,
      });
    });

  it("is refused if it prints no version, with the beginning of what it prints", async () => {
    await abra(`printf '%090d' 0`);
    await assert.rejects(probeAbra(), {
      name: "AbraVersionError",
      message: `abra --version: expected a version, got "${"0".repeat(80)}": install abra 0.13 or newer`,
    });
  });

  it("is reported as not found with where to get it, and as failing with its own words", async () => {
    process.env["PATH"] = folder;
    await assert.rejects(probeAbra(), {
      name: "AbraVersionError",
      message: /^abra not found on PATH: install it from/,
    });
    process.env["PATH"] = `${folder}${delimiter}${path}`;
    await abra("echo 'FATA no config'; exit 1");
    await assert.rejects(probeAbra(), { name: "AbraError", message: "abra: read its version: no config" });
  });

  for (const [fatal, kind] of [
    ["a.test is not deployed?", "not deployed"],
    ["secret not generated: db_password", "secret missing"],
    ["web has locally unstaged changes?", "unstaged changes"],
    ["web: R009: missing key", "compose file"],
    ["web: R014 failed", "lightweight tag"],
    ["rpc error: only updates to Labels are allowed", "not in place"],
    ["service mode change is not allowed", "not in place"],
    ["R0091 is no rule, r009 neither", "compose file"],
    ["no space left on device", "other"],
  ] as const)
    it(`that ends with "${fatal}" failed because: ${kind}`, async () => {
      await abra(`echo 'INFO before'; echo 'FATA <first>'; echo 'FATA ${fatal}'; echo after; exit 1`);
      const error: unknown = await abraIn("/abra")
        .undeploy("a.test")
        .catch((each: unknown) => each);
      assert.ok(error instanceof Error);
      assert.deepEqual([error.name, (error as Error & { kind: string }).kind], ["AbraError", kind]);
      assert.equal(abraFatal(error), fatal);
      assert.equal(error.message, `abra: undeploy a.test: ${fatal}`);
    });

  it("that says nothing is quoted by its exit code, and one without FATA by all that it printed", async () => {
    await abra("exit 3");
    await assert.rejects(abraIn("/abra").undeploy("a.test"), { message: "abra: undeploy a.test: exit 3, no output" });
    await abra("echo one; echo two >&2; exit 1");
    await assert.rejects(abraIn("/abra").undeploy("a.test"), { message: "abra: undeploy a.test: one\ntwo" });
    assert.equal(abraFatal(new Error("FATA of another program")), undefined);
  });
});
