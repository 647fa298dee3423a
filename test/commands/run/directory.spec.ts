import assert from "node:assert/strict";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { recordHolder, holderOfRun, removeRunDir, runDirs } from "../../../commands/run/directory.ts";
import { currentProcess } from "../../../providers/lib/process/identity.ts";

const DOCS = "docs-9c1995";

describe("a run's folder", () => {
  let stateDir: string;
  beforeEach(async () => void (stateDir = await mkdtemp(join(tmpdir(), "hearth-dir-"))));
  afterEach(() => rm(stateDir, { recursive: true }));

  it("F22, P8: records the process that started the run, and is removed with its content", async () => {
    assert.deepEqual([await runDirs(stateDir), await holderOfRun(stateDir, DOCS)], [[], undefined]);
    await recordHolder(stateDir, DOCS);
    assert.deepEqual(await holderOfRun(stateDir, DOCS), await currentProcess());
    assert.equal(
      (JSON.parse(await readFile(join(stateDir, "runs", DOCS, "owner.json"), "utf8")) as { format: number }).format,
      1,
    );
    await mkdir(join(stateDir, "runs", DOCS, "abra"));
    const [found, ...others] = await runDirs(stateDir);
    assert.deepEqual([found?.name, others], [DOCS, []]);
    assert.ok(Math.abs(found!.changed - Date.now()) < 10_000);
    await removeRunDir(stateDir, DOCS);
    await removeRunDir(stateDir, DOCS);
    assert.deepEqual(await runDirs(stateDir), []);
  });

  it("P8: is removed with the locks of the run's dedicated Keycloak only", async () => {
    for (const name of ["sso-9c1995.ci.test", "sso-00000a.ci.test", "warm-keycloak.ci.test"])
      await mkdir(join(stateDir, "keycloak", name), { recursive: true });
    await writeFile(join(stateDir, "keycloak", "sso-9c1995.ci.test", "slot-0"), "");
    await removeRunDir(stateDir, DOCS);
    assert.deepEqual((await readdir(join(stateDir, "keycloak"))).toSorted(), [
      "sso-00000a.ci.test",
      "warm-keycloak.ci.test",
    ]);
  });

  it("P9: is never outside hearth's directory", async () => {
    for (const name of ["../apps", "", ".", "a/b"])
      await assert.rejects(() => removeRunDir(stateDir, name), { name: "TypeError" });
  });

  it("P9: has an unknown holder if its record is unreadable", async () => {
    await mkdir(join(stateDir, "runs", DOCS), { recursive: true });
    await writeFile(join(stateDir, "runs", DOCS, "owner.json"), '{"format":2}');
    await assert.rejects(() => holderOfRun(stateDir, DOCS), { name: "FormatError" });
    await writeFile(join(stateDir, "runs", DOCS, "owner.json"), '{"form');
    await assert.rejects(() => holderOfRun(stateDir, DOCS), { name: "UnreadableError" });
  });
});
