import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { withAppLock } from "../../providers/app/appLock.ts";
import { provider } from "../../providers/app/provider.ts";
import { recordInputs } from "../../providers/app/recordedInputs.ts";
import { repair, repairForRun } from "../../providers/app/repair.ts";
import { reconcile, undeploy } from "../../providers/app/reconcile.ts";
import { resolve } from "../../providers/app/resolve.ts";
import {
  beginOperation,
  closeOperation,
  isUndeployedOnPurpose,
  markUndeployedOnPurpose,
  writeLastGood,
} from "../../providers/lib/state/index.ts";
import { fakeSwarm, type FakeSwarm } from "../lib/docker/fakeSwarm.ts";
import { FROM, TO } from "./fakeHost.ts";
import { fakeApp, type FakeApp } from "./syncHost.ts";

const log = () => undefined;
const WAY_OUT = String.raw`If here replaced elsewhere on this host, move \S+/apps/app\.test away$`;
const message = (what: string) =>
  new RegExp(`^${what} in the swarm elsewhere, but docker talks to the swarm here: is DOCKER_HOST.*\\? ${WAY_OUT}`);

describe("a warm app of another swarm than docker talks to", () => {
  let swarm: FakeSwarm;
  let fake: FakeApp;
  beforeEach(async () => {
    swarm = await fakeSwarm();
    fake = await fakeApp(TO);
    await fake.writeEnv(`TYPE=app:${FROM}\n`);
  });
  afterEach(async () => {
    await fake.remove();
    await swarm.end();
  });
  const begin = (at?: string) =>
    beginOperation(fake.context.folder, {
      kind: "upgrade",
      recipe: "app",
      domain: "app.test",
      from: FROM,
      to: TO,
      swarm: at,
    });
  const locked = () => withAppLock(fake.app, log, async () => "worked");

  it("F40: is refused by its journal, its last good and its inputs, whichever there is; both swarms are named", async () => {
    const { folder } = fake.context;
    assert.equal(await locked(), "worked");
    await recordInputs(folder, { ...fake.app, swarm: "elsewhere" });
    await assert.rejects(locked(), { name: "WrongSwarmError", message: message("app's last up ran") });
    await recordInputs(folder, { ...fake.app, swarm: "here" });
    await writeLastGood(folder, FROM, {}, "elsewhere");
    await assert.rejects(locked(), { name: "WrongSwarmError", message: message("app's last good version ran") });
    await writeLastGood(folder, FROM, {}, "here");
    await begin("elsewhere");
    await assert.rejects(locked(), { name: "WrongSwarmError", message: message("app's open operation began") });
    await closeOperation(folder);
    assert.equal(await locked(), "worked");
  });

  it("F40: isn't refused for what an older hearth wrote without a swarm", async () => {
    await writeLastGood(fake.context.folder, FROM, {});
    await begin();
    assert.equal(await locked(), "worked");
    assert.deepEqual(await swarm.calls(), [], "nothing to compare");
  });

  it("F40: is neither recovered, repaired, reconciled, destroyed nor resolved; nothing is written or asked to change", async () => {
    const { folder } = fake.context;
    await markUndeployedOnPurpose(folder);
    await begin("elsewhere");
    const before = await readFile(folder.operation, "utf8");
    const wait = { wait: 1_000 };
    for (const work of [
      () => repair(fake.app, log, wait),
      () => repairForRun(fake.app, log, wait),
      () => undeploy(fake.app, log),
    ])
      await assert.rejects(work(), { name: "WrongSwarmError" });
    assert.equal(await readFile(folder.operation, "utf8"), before);
    assert.equal(await isUndeployedOnPurpose(folder), true);
    const { failures, line, next } = await resolve(fake.app, {}, log);
    assert.match(failures[0]!.reason, message("app's open operation began"));
    assert.match(line, /^app: app's open operation began in the swarm elsewhere/);
    assert.equal(next, undefined);
    assert.deepEqual(
      (await swarm.calls()).filter(call => !call.startsWith("system dial-stdio")),
      [],
    );
  });

  it("F40: is neither refreshed nor destroyed by Pulumi: its state names the swarm", async () => {
    const state = { ...fake.app, url: "https://app.test", adopted: false, __provider: "x", swarm: "elsewhere" };
    const refused = {
      message: /^app\.test lives in the swarm elsewhere, but docker talks to the swarm here: is DOCKER_HOST/,
    };
    await assert.rejects(provider.read("app.test", state), refused);
    await assert.rejects(provider.delete("app.test", state), refused);
    assert.equal(await isUndeployedOnPurpose(fake.context.folder), false);
  });

  it("F40: is refused by an up before anything else", async () => {
    await begin("elsewhere");
    await markUndeployedOnPurpose(fake.context.folder);
    const path = process.env["PATH"];
    await writeFile(join(swarm.folder, "abra"), "#!/bin/sh\necho abra version 0.13.0-beta\n", { mode: 0o755 });
    process.env["PATH"] = `${swarm.folder}:${path}`;
    try {
      await assert.rejects(reconcile(fake.app, { first: false, adopted: false }, log), { name: "WrongSwarmError" });
    } finally {
      process.env["PATH"] = path;
    }
    assert.equal(await isUndeployedOnPurpose(fake.context.folder), true);
  });
});
