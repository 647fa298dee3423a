import assert from "node:assert/strict";
import { readdir, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { inputsOfUp, repairObserved } from "../../providers/app/repair.ts";
import { forgetInputs, readRecordedSwarm, recordInputs } from "../../providers/app/recordedInputs.ts";
import { InconclusiveError } from "../../providers/lib/health/index.ts";
import { InterruptedError } from "../../providers/lib/run/index.ts";
import { recordRepair } from "../../providers/lib/state/index.ts";
import { freshDisk, FROM, TO } from "./fakeHost.ts";
import { type FakeApp, fakeApp } from "./syncHost.ts";

const down = { deployed: true, version: FROM, state: "down", condition: "down: HTTP 502" } as const;
const absent = { deployed: false, version: undefined, state: "not deployed", condition: "not deployed" } as const;

describe("the repair of a warm app", () => {
  let fake: FakeApp;
  beforeEach(async () => void (fake = await fakeApp(TO)));
  afterEach(() => fake.remove());
  const alerts = () => readdir(join(fake.app.stateDir, "alerts")).catch(() => []);
  const repair = (disk: ReturnType<typeof freshDisk>, observed: Parameters<typeof repairObserved>[2]) => {
    const { host, did } = fake.host(disk);
    return repairObserved(fake.context, host, observed).then(() => did);
  };

  it("redeploys the same version, never the wanted one", async () => {
    const disk = freshDisk();
    await fake.writeEnv(`TYPE=app:${FROM}\n`);
    const did = await repair(disk, down);
    assert.deepEqual(did, [`deploy ${FROM}`, "commit"]);
  });

  it("does nothing to a healthy app, whose first deploy is complete then", async () => {
    const disk = freshDisk({ failedFirst: [FROM] });
    assert.deepEqual(await repair(disk, { ...down, state: "healthy", condition: "healthy" }), ["clear first deploy"]);
    assert.deepEqual([disk.failedFirst, disk.deployed], [undefined, FROM]);
  });

  it("P13: by a run has the inputs of the last up, never those of the run's configuration", async () => {
    const { context } = fake;
    await assert.rejects(inputsOfUp(fake.app), /^Error: app\.test: no inputs recorded on this host: pulumi up -s warm/);
    assert.equal(await readRecordedSwarm(context.folder), undefined);
    const { app } = fake.wanting(FROM, { KC_CACHE: "local" });
    await recordInputs(context.folder, app);
    const { held: _held, condition: _condition, drifted: _drifted, recorded: _recorded, swarm, ...inputs } = app;
    assert.deepEqual(await inputsOfUp({ ...fake.app, recipe: "app" }), inputs);
    assert.equal(await readRecordedSwarm(context.folder), swarm);
    assert.equal((await stat(context.folder.inputs)).mode & 0o777, 0o600);
    await writeFile(context.folder.inputs, "{");
    assert.equal(await readRecordedSwarm(context.folder), undefined, "the next up records them again");
    await forgetInputs(context.folder);
    await assert.rejects(inputsOfUp(fake.app), /no inputs recorded/);
  });

  it("P10: fails for an unreachable app, which it leaves as it is, with one alert", async () => {
    const unreachable = { ...down, state: "unreachable", condition: "unreachable: no answer" } as const;
    const disk = freshDisk();
    for (let at = 1; at <= 2; at++) await assert.rejects(repair(disk, unreachable), InconclusiveError);
    assert.equal((await alerts()).length, 1);
  });

  it("P10: fails with one alert for an app that is down without last good", async () => {
    const disk = freshDisk({ lastGood: undefined });
    for (let at = 1; at <= 2; at++) await assert.rejects(repair(disk, down), /down: HTTP 502: no last good version/);
    assert.equal((await alerts()).length, 1);
  });

  it("P10: fails for a first deploy that left nothing, not for an app that hearth never deployed", async () => {
    const disk = freshDisk({ lastGood: undefined, deployed: undefined });
    assert.deepEqual(await repair(disk, absent), []);
    assert.deepEqual(await alerts(), []);
    disk.failedFirst = [];
    await assert.rejects(repair(disk, absent), /not deployed: no last good version/);
    assert.equal((await alerts()).length, 1);
  });

  it("P10: stops after three attempts within an hour, with an alert", async () => {
    for (let at = 1; at <= 3; at++) await recordRepair(fake.context.folder);
    await assert.rejects(repair(freshDisk(), down), /after 3 repairs within an hour/);
    assert.equal((await alerts()).length, 1);
  });

  it("P8: leaves its gate when the run that waits is interrupted, without an alert, a first failure or a commit", async () => {
    const disk = freshDisk({ failedFirst: [] });
    await fake.writeEnv(`TYPE=app:${FROM}\n`);
    const { host, did } = fake.host(disk);
    const controller = new AbortController();
    const endless = {
      ...host,
      gate: () => (controller.abort(new InterruptedError()), new Promise<never>(() => undefined)),
    };
    const repaired = repairObserved(fake.context, endless, down, { signal: controller.signal });
    await assert.rejects(repaired, { name: "InterruptedError" });
    assert.deepEqual(did, [`deploy ${FROM}`]);
    assert.deepEqual(disk.failedFirst, []);
    assert.deepEqual(await alerts(), []);
  });
});
