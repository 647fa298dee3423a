import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { appFolder, type AppFolder } from "../../../providers/lib/state/appFolder.ts";
import { beginOperation, readOperation, writeStep } from "../../../providers/lib/state/operation.ts";
import { approve, isRejected, readApproved, reject } from "../../../providers/lib/state/versions.ts";

const [ONE, TWO, THREE] = ["1.1.0+2", "1.2.0+2", "2.0.0+3"] as const;
const upgrade = { kind: "upgrade", recipe: "web", domain: "a.test", from: "1.0.0+1", to: ONE } as const;

describe("what is recorded about several versions", () => {
  let stateDir: string;
  let folder: AppFolder;
  beforeEach(async () => {
    stateDir = await mkdtemp(join(tmpdir(), "hearth-second-"));
    folder = appFolder(stateDir, "a.test");
  });
  afterEach(() => rm(stateDir, { recursive: true }));

  it("P7: an approval leaves every earlier one as it was", async () => {
    for (const version of [ONE, TWO]) await approve(folder, version);
    const before = await readApproved(folder);
    await approve(folder, THREE);
    const after = await readApproved(folder);
    assert.deepEqual(Object.keys(after), [ONE, TWO, THREE]);
    assert.deepEqual([after[ONE], after[TWO]], [before[ONE], before[TWO]]);
  });

  it("P7: a version is held by its own rejection, and freed by its own approval alone", async () => {
    for (const version of [ONE, TWO]) await reject(folder, version, "HTTP 503");
    await approve(folder, TWO);
    assert.deepEqual(await Promise.all([ONE, TWO, THREE].map(version => isRejected(folder, version))), [
      true,
      false,
      false,
    ]);
  });

  it("P7: an approval from the moment of the rejection doesn't count; one given after it does", async () => {
    await approve(folder, ONE);
    const { at } = (await readApproved(folder))[ONE]!;
    const clock = Date.now;
    Date.now = () => Date.parse(at);
    try {
      await reject(folder, ONE, "HTTP 503");
      assert.equal(await isRejected(folder, ONE), true);
      await approve(folder, ONE);
      assert.equal(await isRejected(folder, ONE), false);
    } finally {
      Date.now = clock;
    }
  });
});

describe("a step of an operation", () => {
  let stateDir: string;
  let folder: AppFolder;
  beforeEach(async () => {
    stateDir = await mkdtemp(join(tmpdir(), "hearth-step-"));
    folder = appFolder(stateDir, "a.test");
  });
  afterEach(() => rm(stateDir, { recursive: true }));

  it("that is resumed keeps its start; the next one begins now", async () => {
    const begun = await writeStep(folder, await beginOperation(folder, upgrade), "gate");
    await sleep(5);
    const resumed = await writeStep(folder, begun, "gate");
    assert.equal(resumed.stepStartedAt, begun.stepStartedAt);
    await sleep(5);
    const next = await writeStep(folder, resumed, "commit");
    assert.ok(next.stepStartedAt > begun.stepStartedAt, "a new step has its own start");
    assert.equal(next.startedAt, begun.startedAt);
    assert.deepEqual(await readOperation(folder), next);
  });

  it("that is resumed keeps its inconclusive verdicts; the next one has none", async () => {
    const undecided = { recoveries: 2, ms: 1_000, boot: "b", at: 5_000 };
    const first = { recoveries: 0, ms: 0, boot: "b", at: 6_000 };
    const begun = await writeStep(folder, await beginOperation(folder, upgrade), "gate", { undecided });
    const resumed = await writeStep(folder, begun, "gate");
    assert.deepEqual(resumed.undecided, undecided);
    assert.equal((await writeStep(folder, resumed, "commit")).undecided, undefined);
    assert.deepEqual((await writeStep(folder, resumed, "commit", { undecided: first })).undecided, first);
  });

  it("that began in the future, on a clock set back since, begins now", async () => {
    const begun = await beginOperation(folder, upgrade);
    const stepStartedAt = new Date(Date.now() + 3_600_000).toISOString();
    const resumed = await writeStep(folder, { ...begun, stepStartedAt }, "preflight");
    assert.ok(Date.parse(resumed.stepStartedAt) <= Date.now());
  });
});
