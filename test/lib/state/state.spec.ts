import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { appFolder, type AppFolder } from "../../../providers/lib/state/appFolder.ts";
import {
  beginOperation,
  closeOperation,
  readOperation,
  steps,
  writeStep,
  UnfinishedOperationError,
} from "../../../providers/lib/state/operation.ts";
import { lastRepair, recordRepair, repairsSince } from "../../../providers/lib/state/repairs.ts";
import {
  approve,
  isRejected,
  readApproved,
  readLastGood,
  readRejected,
  reject,
  writeLastGood,
} from "../../../providers/lib/state/versions.ts";
import {
  beginFirstDeploy,
  clearFirstDeploy,
  failedFirstDeploys,
  recordFirstFailure,
} from "../../../providers/lib/state/firstDeploy.ts";
import { FormatError, UnreadableError, writeJson } from "../../../providers/lib/fs/file.ts";
import { livenessOf, currentProcess } from "../../../providers/lib/process/identity.ts";

const domain = "warm-keycloak.hearth.test";
const hour = 3_600_000;

describe("an app's state", () => {
  let stateDir: string;
  let folder: AppFolder;
  beforeEach(async () => {
    stateDir = await mkdtemp(join(tmpdir(), "hearth-app-"));
    folder = appFolder(stateDir, domain);
  });
  afterEach(() => rm(stateDir, { recursive: true }));

  it("is kept in a folder named like its domain, never outside", () => {
    assert.equal(folder.lastGood, join(stateDir, "apps", domain, "last-good.json"));
    assert.equal(folder.lock, join(stateDir, "apps", domain, "lock"));
    for (const name of ["", ".", "..", "../other", "a/b", ".hidden"])
      assert.throws(() => appFolder(stateDir, name), TypeError, name);
  });

  it("is empty at first", async () => {
    assert.equal(await readLastGood(folder), undefined);
    assert.equal(await readOperation(folder), undefined);
    assert.deepEqual(await readRejected(folder), {});
    assert.deepEqual(await readApproved(folder), {});
    assert.equal(await repairsSince(folder, hour), 0);
  });

  it("P3: holds the last good version with its images", async () => {
    const images = { app: { id: "sha256:aa", name: "keycloak:26.4.0" } };
    const written = await writeLastGood(folder, "10.7.1+26.4.0", images);
    assert.deepEqual(await readLastGood(folder), written);
    assert.deepEqual(JSON.parse(await readFile(folder.lastGood, "utf8")), {
      format: 1,
      version: "10.7.1+26.4.0",
      at: written.at,
      images,
    });
  });

  it("P7: holds every rejected version with its latest reason, and every approved version", async () => {
    await reject(folder, "10.8.0+26.5.0", "HTTP 503");
    await reject(folder, "10.8.1+26.5.0", "HTTP 502");
    await reject(folder, "10.8.0+26.5.0", "HTTP 500");
    await approve(folder, "11.0.0+26.5.0");
    const rejected = await readRejected(folder);
    assert.deepEqual(
      Object.entries(rejected).map(([version, { why }]) => `${version} ${why}`),
      ["10.8.0+26.5.0 HTTP 500", "10.8.1+26.5.0 HTTP 502"],
    );
    assert.deepEqual(Object.keys(await readApproved(folder)), ["11.0.0+26.5.0"]);
  });

  it("P7: holds a short reason for each rejected version, with the folder that has the whole text", async () => {
    await reject(folder, "10.8.0+26.5.0", `a at b isn't healthy: ${"x".repeat(300)}\nline`, "/failures/1");
    const { why, diagnostics } = (await readRejected(folder))["10.8.0+26.5.0"]!;
    assert.equal(why.length, 80);
    assert.equal(diagnostics, "/failures/1");
  });

  it("P7: holds a rejection until a later approval", async () => {
    const version = "10.8.0+26.5.0";
    assert.equal(await isRejected(folder, version), false);
    await approve(folder, version);
    await new Promise(resolve => setTimeout(resolve, 2));
    await reject(folder, version, "HTTP 503");
    assert.equal(await isRejected(folder, version), true);
    await new Promise(resolve => setTimeout(resolve, 2));
    await approve(folder, version);
    assert.equal(await isRejected(folder, version), false);
  });

  it("P7: counts an approval given after a rejection, and a rejection after an approval, on a clock set back", async () => {
    const version = "10.8.0+26.5.0";
    const at = new Date(Date.now() + hour).toISOString();
    const stored = { format: 1, versions: { [version]: { at, why: "HTTP 503" } } } as const;
    await writeJson(folder.rejected, stored);
    await approve(folder, version);
    assert.equal(await isRejected(folder, version), false, "approved later");
    await reject(folder, version, "HTTP 502");
    assert.equal(await isRejected(folder, version), true, "failed again");
  });

  it("of a first deploy holds the versions that failed, until one was healthy", async () => {
    await recordFirstFailure(folder, "1.0.0+1");
    assert.equal(await failedFirstDeploys(folder), undefined, "no first deploy of hearth's");
    await beginFirstDeploy(folder);
    assert.deepEqual(await failedFirstDeploys(folder), []);
    for (const version of ["1.0.0+1", "1.1.0+1", "1.0.0+1"]) await recordFirstFailure(folder, version);
    assert.deepEqual(await failedFirstDeploys(folder), ["1.0.0+1", "1.1.0+1"]);
    await clearFirstDeploy(folder);
    await clearFirstDeploy(folder);
    assert.equal(await failedFirstDeploys(folder), undefined);
  });

  it("counts recent repairs, also when the clock was wrong", async () => {
    await recordRepair(folder);
    await recordRepair(folder);
    assert.equal(await repairsSince(folder, hour), 2);
    const at = [-2 * hour, -hour / 2, hour / 2, 400 * 24 * hour].map(offset =>
      new Date(Date.now() + offset).toISOString(),
    );
    await writeFile(folder.repairs, JSON.stringify({ format: 1, at }));
    assert.equal(await repairsSince(folder, hour), 2);
    for (let count = 0; count < 60; count++) await recordRepair(folder);
    assert.equal(JSON.parse(await readFile(folder.repairs, "utf8")).at.length, 50);
  });

  it("identifies the last repair without comparing times", async () => {
    const before = await lastRepair(folder);
    assert.equal(before, "");
    await recordRepair(folder);
    await writeFile(folder.repairs, JSON.stringify({ format: 1, at: ["2036-01-01T00:00:00.000Z"] }));
    const known = await lastRepair(folder);
    await recordRepair(folder);
    assert.notEqual(await lastRepair(folder), known);
  });

  it("is rejected when a newer hearth wrote it or a file is damaged", async () => {
    await recordRepair(folder);
    await writeFile(folder.operation, '{"format": 7}');
    await assert.rejects(() => readOperation(folder), FormatError);
    await assert.rejects(
      () => beginOperation(folder, { kind: "upgrade", recipe: "keycloak", domain, to: "2" }),
      FormatError,
    );
    assert.equal(await readFile(folder.operation, "utf8"), '{"format": 7}');
    await writeFile(folder.rejected, "[");
    await assert.rejects(() => reject(folder, "1", "x"), UnreadableError);
  });
});

describe("an operation's journal", () => {
  let stateDir: string;
  let folder: AppFolder;
  beforeEach(async () => {
    stateDir = await mkdtemp(join(tmpdir(), "hearth-operation-"));
    folder = appFolder(stateDir, domain);
  });
  afterEach(() => rm(stateDir, { recursive: true }));
  const upgrade = { kind: "upgrade", recipe: "keycloak", domain, from: "10.7.1+26.4.0", to: "10.8.0+26.5.0" } as const;

  it("P6: holds each step before it starts, its holder, and the changes so far", async () => {
    let op = await beginOperation(folder, upgrade);
    assert.deepEqual(await readOperation(folder), op);
    assert.equal(op.step, "preflight");
    assert.equal(op.rollingBack, false);
    assert.equal(await livenessOf(op.holder), "alive");
    for (const next of steps.options) {
      op = await writeStep(folder, op, next, next === "snapshot" ? { snapshot: op.id } : {});
      assert.deepEqual(await readOperation(folder), op);
      assert.equal(op.step, next);
    }
    assert.equal(op.snapshot, op.id);
    const { id, startedAt } = (await readOperation(folder))!;
    assert.ok(id.startsWith(startedAt.replaceAll(/[-:]/g, "")), "ids are sorted by time");
  });

  it("P6: is held by the process that writes the next step, also after its first holder died", async () => {
    const op = await beginOperation(folder, upgrade);
    const dead = { ...op, holder: { ...op.holder, started: 1 } };
    assert.equal(await livenessOf(dead.holder), "dead");
    assert.deepEqual((await writeStep(folder, dead, "undeploy", { rollingBack: true })).holder, await currentProcess());
  });

  it("F13: stays broken until `broken` is removed", async () => {
    const op = await beginOperation(folder, upgrade);
    const broken = { why: "no space", at: new Date().toISOString() };
    const marked = await writeStep(folder, op, "restore", {
      rollingBack: true,
      why: "HTTP 503",
      abraFatal: "FATA no",
      broken,
    });
    assert.deepEqual((await readOperation(folder))?.broken, broken);
    await writeStep(folder, marked, "restore", { broken: undefined });
    const again = await readOperation(folder);
    assert.equal(again?.broken, undefined);
    assert.equal(again?.why, "HTTP 503");
  });

  it("keeps the inconclusive verdicts of one step, whose start is never in the future", async () => {
    const begun = await beginOperation(folder, upgrade, "gate");
    const later = { ...begun, stepStartedAt: new Date(Date.now() + hour).toISOString() };
    const undecided = { recoveries: 1, ms: 5, boot: "b", at: 7 };
    const counted = await writeStep(folder, later, "gate", { undecided });
    assert.ok(Date.parse(counted.stepStartedAt) <= Date.now());
    assert.deepEqual((await writeStep(folder, counted, "gate")).undecided, undecided);
    assert.deepEqual((await readOperation(folder))?.undecided, undecided);
    assert.equal((await writeStep(folder, counted, "commit")).undecided, undefined);
  });

  it("P5: is never overwritten by another operation, because its rollback needs the snapshot's id", async () => {
    const op = await writeStep(folder, await beginOperation(folder, upgrade), "deploy", { snapshot: "s1" });
    await assert.rejects(
      () => beginOperation(folder, { ...upgrade, to: "10.9.0+26.5.0" }),
      (error: unknown) =>
        error instanceof UnfinishedOperationError &&
        /upgrade to 10\.8\.0\+26\.5\.0 of .* interrupted at deploy/.test(error.message),
    );
    assert.deepEqual(await readOperation(folder), op);
  });

  it("is gone once closed, and can be closed twice", async () => {
    await beginOperation(folder, upgrade);
    await closeOperation(folder);
    await closeOperation(folder);
    assert.equal(await readOperation(folder), undefined);
    await beginOperation(folder, upgrade);
  });
});
