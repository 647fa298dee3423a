import assert from "node:assert/strict";
import { lastDeployed } from "../../providers/app/env.ts";
import { recover } from "../../providers/app/recover.ts";
import { bringUp, sync as syncTo } from "../../providers/app/sync.ts";
import { outdatedKeys } from "../../providers/lib/abra/index.ts";
import { type AppContext, ensureApp } from "../../providers/app/context.ts";
import { applyEnvAtGate } from "../../providers/app/envAtGate.ts";
import { upgrade } from "../../providers/app/upgrade.ts";
import { InconclusiveError, UnhealthyError } from "../../providers/lib/health/index.ts";
import { reject, writeLastGood } from "../../providers/lib/state/index.ts";
import type { UpgradeHost } from "../../providers/app/host.ts";
import { type Disk, freshDisk, FROM, Killed, processOn, TO } from "./fakeHost.ts";
import { type FakeApp, fakeApp } from "./syncHost.ts";

const NEW = { deployed: undefined, data: undefined, lastGood: undefined };
type Observed = Parameters<typeof syncTo>[2];
const observedOn = (disk: Disk, state: "healthy" | "down" | "unreachable" = "down") => ({
  deployed: disk.deployed !== undefined,
  version: disk.deployed,
  state: disk.deployed === undefined ? ("not deployed" as const) : state,
});

describe("a warm app", () => {
  let fake: FakeApp;
  beforeEach(async () => void (fake = await fakeApp(TO)));
  afterEach(() => fake.remove());
  const sync = async (context: FakeApp["context"], ...rest: [host: UpgradeHost, observed: Observed]) =>
    syncTo(context, ...rest, outdatedKeys(await fake.readEnv(), context.app).length === 0);
  const syncOn = (app: FakeApp, disk: Disk, state?: "healthy" | "down" | "unreachable") =>
    sync(app.context, app.host(disk).host, observedOn(disk, state));

  it("isn't wedged if the first release ever deployed fails: the next up deploys the version wanted now", async () => {
    const disk = freshDisk({ ...NEW, good: [TO] });
    await assert.rejects(syncOn(fake.wanting(FROM), disk), UnhealthyError);
    assert.deepEqual(disk.failedFirst, [FROM]);
    assert.equal(disk.deployed, FROM);
    disk.data = { ...disk.data!, schema: TO }; // else the fake refuses the migration
    assert.equal(await syncOn(fake, disk), TO);
    assert.deepEqual([disk.deployed, disk.lastGood], [TO, TO]);
    assert.equal(disk.failedFirst, undefined);
  });

  it("isn't wedged if abra refuses the first release", async () => {
    const disk = freshDisk(NEW);
    const { host } = fake.host(disk);
    const refusing = { ...host, deploy: () => Promise.reject(new Error("FATA no such image")) };
    await assert.rejects(sync(fake.context, refusing, observedOn(disk)), /no such image/);
    assert.equal(await syncOn(fake.wanting(FROM), disk), FROM);
  });

  it("P2, P6: whose first deploy is killed at any point is deployed by the next up", async () => {
    for (let at = 1; ; at++) {
      const disk = freshDisk(NEW);
      const first = fake.wanting(FROM);
      const { host } = first.host(disk, new Map([[at, "kill"]]));
      const outcome = await sync(first.context, host, observedOn(disk)).catch((error: Error) => error);
      if (!(outcome instanceof Killed)) return assert.ok(at > 6, `only ${at} points`);
      assert.equal(await syncOn(fake, disk), TO, `killed at ${at}`); // the fake refuses a migration without a snapshot
      assert.equal(disk.lastGood, TO);
      await fake.remove();
      fake = await fakeApp(TO);
    }
  });

  it("P2, P4: whose last good is lost is repaired at its version, then upgraded with a snapshot", async () => {
    const disk = freshDisk({ lastGood: undefined });
    await fake.writeEnv(`TYPE=app:${FROM}\n`);
    assert.equal(await syncOn(fake, disk), TO);
    assert.deepEqual(
      Object.values(disk.snapshots).map(({ data }) => data.schema),
      [FROM],
    );
  });

  it("P2: that an operator undeployed with its volumes is deployed at the version in its .env first", async () => {
    const disk = freshDisk({ lastGood: undefined, deployed: undefined });
    await fake.writeEnv(`TYPE=app:${FROM}\n`);
    const { host, did } = fake.host(disk);
    assert.equal(await sync(fake.context, host, observedOn(disk)), TO);
    assert.deepEqual(
      did.filter(what => what.startsWith("deploy")),
      [`deploy ${FROM}`, `deploy ${TO}`],
    );
  });

  it("P2: with volumes of an unknown version isn't deployed, also by the next up", async () => {
    const disk = freshDisk({ lastGood: undefined, deployed: undefined });
    for (let up = 1; up <= 2; up++)
      await assert.rejects(syncOn(fake, disk), {
        message:
          "app.test has volumes, but the version that wrote them isn't known: " +
          "set TYPE=app:<version> in its .env, or remove the volumes",
      });
    assert.equal(disk.deployed, undefined);
  });

  it("P7: stays at its version if the wanted one failed here after check chose it", async () => {
    await reject(fake.context.folder, TO, "HTTP 503");
    await fake.writeEnv(`TYPE=app:${FROM}\n`);
    const disk = freshDisk();
    assert.equal(await syncOn(fake, disk, "healthy"), FROM);
    assert.equal(disk.deployed, FROM);
    assert.match(fake.logged.join("\n"), /stays at 1\.0\.0\+1: 1\.1\.0\+2 failed here meanwhile; hearth approve app/);
  });

  it("is upgraded from the version of its label, not from last good or from its .env", async () => {
    const disk = freshDisk({ lastGood: "0.8.0+1" });
    await fake.writeEnv("TYPE=app:0.9.0+1\n");
    await writeLastGood(fake.context.folder, "0.8.0+1", {});
    const { host, did } = fake.host(disk);
    assert.equal(await sync(fake.context, host, observedOn(disk, "healthy")), TO);
    assert.equal(did.filter(what => what === "commit").length, 2, "of what runs, then of the newer version");
  });

  it("that isn't deployed counts as last good, else as the version in its .env, if that names its recipe", async () => {
    const { app, context } = fake;
    assert.equal(await lastDeployed(app), undefined);
    await fake.writeEnv("TYPE=other:0.9.0+1\n");
    assert.equal(await lastDeployed(app), undefined);
    await fake.writeEnv("TYPE=app\nRECIPE=app:0.9.0+1\n");
    assert.equal(await lastDeployed(app), "0.9.0+1");
    await writeLastGood(context.folder, FROM, {});
    assert.equal(await lastDeployed(app), FROM);
  });

  describe("that is unreachable", () => {
    const away = { health: "inconclusive" as const, why: "no answer" };
    /** Its route works only with this line in the .env. */
    const routed = "EXTRA_DOMAINS=right";
    const hostBehind = (app: FakeApp, disk: Disk) => {
      const { host, did } = app.host(disk);
      const gate = async (version: string) =>
        (await app.readEnv()).includes(routed) ? host.gate(version, {}, undefined) : away;
      const prepare = async (operation: Parameters<typeof host.prepare>[0]) => {
        await host.prepare(operation);
        await app.writeEnv(`${await app.readEnv()}EXTRA_DOMAINS=${app.app.env["EXTRA_DOMAINS"]}\n`);
      };
      return { host: { ...host, gate, prepare }, did };
    };
    const right = () => fake.wanting(FROM, { EXTRA_DOMAINS: "right" });
    const wrong = () => fake.wanting(FROM, { EXTRA_DOMAINS: "wrong" });
    const current = `TYPE=app:${FROM}\nLETS_ENCRYPT_ENV=production\nDOMAIN=app.test\n`;

    it("is only waited for if nothing would change", async () => {
      const disk = freshDisk();
      await fake.writeEnv(`${current}EXTRA_DOMAINS=wrong\n`);
      const { host, did } = hostBehind(wrong(), disk);
      await assert.rejects(sync(wrong().context, host, observedOn(disk, "unreachable")), InconclusiveError);
      assert.deepEqual(did, []);
    });

    it("gets a changed .env, with a snapshot", async () => {
      const disk = freshDisk();
      await fake.writeEnv(`${current}EXTRA_DOMAINS=wrong\n`);
      const { host } = hostBehind(right(), disk);
      assert.equal(await sync(right().context, host, observedOn(disk, "unreachable")), FROM);
      assert.deepEqual([disk.operation, Object.keys(disk.snapshots).length], [undefined, 1]);
    });

    it("since a changed .env gets the corrected one, although its gate is still open", async () => {
      const disk = freshDisk();
      await fake.writeEnv(`${current}${routed}\n`);
      const { host } = hostBehind(wrong(), disk);
      await fake.writeEnv(current);
      await assert.rejects(upgrade(host, { from: FROM, to: TO }), InconclusiveError);
      const next = hostBehind(right(), disk);
      await applyEnvAtGate(next.host, () => fake.writeEnv(`${current}${routed}\n`));
      assert.equal(await recover(next.host), "finished");
      assert.deepEqual([disk.deployed, disk.lastGood, disk.operation], [TO, TO, undefined]);
    });
  });
});

describe("the .env of a warm app", () => {
  let fake: FakeApp;
  beforeEach(async () => void (fake = await fakeApp(TO)));
  afterEach(() => fake.remove());
  const making = (text: string): AppContext => ({
    ...fake.context,
    abra: { newApp: () => fake.writeEnv(text) } as unknown as AppContext["abra"],
  });
  const sample = "TYPE=app:9.9.9+9\nLETS_ENCRYPT_ENV=production\nDOMAIN=app.test\n";

  it("gets hearth's default only where hearth makes the file, once: afterwards that line is the operator's", async () => {
    await ensureApp(making(sample));
    assert.match(await fake.readEnv(), /^LETS_ENCRYPT_ENV=$/m);
    await fake.writeEnv((await fake.readEnv()).replace("LETS_ENCRYPT_ENV=", "LETS_ENCRYPT_ENV=staging"));
    await ensureApp(making(sample));
    assert.match(await fake.readEnv(), /^LETS_ENCRYPT_ENV=staging$/m);
    assert.deepEqual(outdatedKeys(await fake.readEnv(), fake.app), []);
  });

  it("P13: stays as it is, byte for byte, if an operator made it", async () => {
    await fake.writeEnv(sample);
    await ensureApp(making("TYPE=app:8.8.8+8\n"));
    assert.equal(await fake.readEnv(), sample);
  });

  it("P6: gets the default by the next up if hearth was killed after abra made the file", async () => {
    const killed = making(sample);
    const newApp = () => fake.writeEnv(sample).then(() => Promise.reject(new Killed("newApp")));
    await assert.rejects(ensureApp({ ...killed, abra: { ...killed.abra, newApp } }), Killed);
    await ensureApp(making("TYPE=app:8.8.8+8\n"));
    assert.match(await fake.readEnv(), /^TYPE=app:9\.9\.9\+9\nLETS_ENCRYPT_ENV=$/m);
  });

  it("P13: gets no default if abra failed and the operator made the file", async () => {
    const failing = making(sample);
    const newApp = () => Promise.reject(new Error("FATA server not found"));
    await assert.rejects(ensureApp({ ...failing, abra: { ...failing.abra, newApp } }), /server not found/);
    await fake.writeEnv(sample);
    await ensureApp(making(sample));
    assert.equal(await fake.readEnv(), sample);
  });

  it("P13: isn't made anew while the app runs: up and a repair refuse, and deploy nothing", async () => {
    const disk = freshDisk();
    const { host, did } = fake.host(disk);
    for (const state of ["healthy", "down", "unreachable"] as const)
      await assert.rejects(
        syncTo(making(sample), host, observedOn(disk, state), true),
        /app\.test\.env not found, although app\.test was deployed: restore it, or set ABRA_DIR/,
      );
    await assert.rejects(bringUp(making(sample), host, FROM), /app\.test\.env not found/);
    assert.deepEqual([did, await fake.readEnv()], [[], ""]);
  });

  it("P13: isn't redeployed for keys that stay as they are", async () => {
    const app = fake.wanting(FROM, { KC_CACHE: "local" });
    await fake.writeEnv(sample);
    const disk = freshDisk();
    const { host, did } = app.host(disk);
    await writeLastGood(app.context.folder, FROM, {});
    assert.equal(await syncTo(app.context, host, observedOn(disk, "healthy"), true), FROM);
    assert.deepEqual(did, []);
    assert.equal(await fake.readEnv(), sample);
  });
});

describe("a changed .env at an open gate", () => {
  it("P4, P6: interrupted at any point is deployed or rolled back with the data", async () => {
    for (let at = 1; ; at++) {
      const disk = freshDisk();
      const away = { health: "inconclusive" as const, why: "no answer" };
      const first = processOn(disk);
      await assert.rejects(
        upgrade({ ...first.host, gate: async () => away }, { from: FROM, to: TO }),
        InconclusiveError,
      );
      const killed = processOn(disk, new Map([[at, "kill"]]));
      const outcome = await applyEnvAtGate(killed.host, async () => undefined).catch((error: Error) => error);
      await recover(processOn(disk).host);
      assert.equal(disk.operation, undefined);
      assert.equal(disk.data?.schema, disk.deployed);
      if (!(outcome instanceof Killed)) break;
    }
  });

  it("isn't applied to another person's deploy, to a rollback, or to an app without an operation", async () => {
    const disk = freshDisk();
    const none = processOn(disk);
    await applyEnvAtGate(none.host, async () => assert.fail("no operation"));
    const away = { health: "inconclusive" as const, why: "no answer" };
    await assert.rejects(upgrade({ ...none.host, gate: async () => away }, { from: FROM, to: TO }), InconclusiveError);
    disk.deployed = "1.0.5+1";
    await applyEnvAtGate(processOn(disk).host, async () => assert.fail("another person's"));
    disk.deployed = TO;
    disk.operation = JSON.stringify({ ...JSON.parse(disk.operation!), rollingBack: true });
    await applyEnvAtGate(processOn(disk).host, async () => assert.fail("a rollback"));
  });
});
