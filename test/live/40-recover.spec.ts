import assert from "node:assert/strict";
import { readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { appFolder } from "../../providers/lib/state/appFolder.ts";
import { readOperation, type OperationStep } from "../../providers/lib/state/operation.ts";
import { readLastGood } from "../../providers/lib/state/versions.ts";
import { tryLock } from "../../providers/lib/lock/flock.ts";
import { stateDir } from "../lab/paths.ts";
import { release } from "../lab/upstream.ts";
import { logIn, makeRealm } from "../lab/markerRealm.ts";
import { kill, killAll, upUntil } from "./interrupt.ts";
import { database } from "./keycloak.ts";
import {
  call,
  containers,
  freshWarm,
  hearth,
  keycloak,
  must,
  previewWarm,
  pulumi,
  realmStatus,
  upWarm,
  waitUntilStopped,
} from "./host.ts";

const long = process.argv.includes("--long");
const folder = appFolder(stateDir, keycloak.domain);
const versionNow = async () => (await readLastGood(folder))?.version ?? "";

/** Pids of every process whose command line matches `pattern`. */
async function pids(pattern: string): Promise<number[]> {
  // Not through a shell, whose own command line would match too.
  const { exitCode, stdout, all } = await call("pgrep", ["-f", "--", pattern]);
  if (exitCode > 1) throw new Error(`pgrep: ${all}`);
  return stdout.split("\n").filter(Boolean).map(Number);
}

async function assertRecovered(allowed: readonly string[]): Promise<void> {
  assert.ok(allowed.includes(await versionNow()), `${await versionNow()} is last good`);
  assert.equal(await readOperation(folder), undefined);
  assert.equal(await logIn("marker"), 200);
  const { migrations } = await database();
  assert.deepEqual(
    migrations,
    (await versionNow()).endsWith("26.5.0") ? ["26.4.0", "26.5.0"] : ["26.4.0"],
    "the data belongs to the version",
  );
}

describe("recovery of interrupted operations and of apps that are down, on a real host", function () {
  this.timeout(400_000);
  let serial = 0;

  before(async () => {
    await freshWarm();
    await makeRealm("marker");
  });

  // Each upgrade migrates the database, so a finished one needs a fresh stack for the next kill; one that recover undid
  // does not.
  const kills: [step: OperationStep, later: number][] = long
    ? [
        ["preflight", 0],
        ["prepare", 0],
        ["stop", 0],
        ["snapshot", 0],
        ["snapshot", 700], // at its read back
        ["deploy", 0],
        ["gate", 0],
        ["gate", 15_000], // within the window, which ends 18 s after the deploy at the earliest
        ["commit", 0],
      ]
    : [
        ["snapshot", 0],
        ["gate", 0],
      ];
  for (const [at, [step, later]] of kills.entries()) {
    const moment = later > 0 ? `${step} and ${later / 1000} s` : step;
    it(`F1, P6: finishes or undoes an upgrade after kill -9 of every process at ${moment}`, async () => {
      if (!(await versionNow()).endsWith("26.4.0")) {
        await freshWarm();
        await makeRealm("marker");
      }
      const from = await versionNow();
      const to = `10.8.${++serial}+26.5.0`;
      await release("keycloak", { version: to });
      await upUntil(step, killAll, later);
      const preview = await previewWarm();
      assert.match(preview.all, new RegExp(`keycloak .*interrupted at ${step}`));
      const recovered = await hearth(["recover"]);
      assert.equal(recovered.exitCode, 0, recovered.all);
      assert.match(recovered.all, /pulumi's lock of warm .* removed: its holder is dead/);
      await assertRecovered([from, to]);
      const isUndone = (await versionNow()) === from;
      if (isUndone && at < kills.length - 1) return;
      const done = await upWarm();
      assert.equal(done.exitCode, 0, done.all);
      await assertRecovered([to]);
    });
  }

  it("P1, P6: isn't needed after kill -9 of the CLI: the provider keeps its lock, finishes and exits", async () => {
    const from = await versionNow();
    const to = `10.8.${++serial + 100}+26.5.0`;
    await release("keycloak", { version: to });
    await upUntil("stop", async cli => {
      kill(cli);
      await sleep(500);
      assert.ok((await pids("cmd/dynamic-provider")).length > 0, "the provider continues");
      assert.equal(await tryLock(folder.lock), undefined, "the provider holds its lock");
    });
    for (let i = 0; (await pids("cmd/dynamic-provider")).length > 0; i++) {
      assert.ok(i < 180, "the provider still runs after 180 s");
      await sleep(1_000);
    }
    assert.notEqual(await versionNow(), from);
    await assertRecovered([to]);
    const recovered = await hearth(["recover"]);
    assert.equal(recovered.exitCode, 0, recovered.all);
    const done = await upWarm();
    assert.equal(done.exitCode, 0, done.all);
    assert.equal(await versionNow(), to);
  });

  const rollbackSteps: OperationStep[] = long ? ["undeploy", "restore", "redeploy", "verifyRollback"] : ["restore"];
  for (const step of rollbackSteps) {
    it(`F1, P4, P6: finishes a rollback after kill -9 of every process at ${step}`, async () => {
      const from = await versionNow();
      const to = `10.9.${++serial}+26.5.0`;
      await makeRealm(`mark-${serial}`);
      await release("keycloak", { version: to, kind: "deploy-fails" });
      await upUntil(step, killAll);
      const recovered = await hearth(["recover"]);
      assert.equal(recovered.exitCode, 0, recovered.all);
      await assertRecovered([from]);
      assert.equal(await logIn(`mark-${serial}`), 200);
      const done = await upWarm();
      assert.equal(done.exitCode, 0, done.all);
      assert.match(done.all, new RegExp(`held ${to.replaceAll(/[.+]/g, "\\$&")}: failed here on `));
    });
  }

  describe("with up or recover redeploys, at the same version,", () => {
    const repairs: [what: string, harm: () => Promise<unknown>][] = [
      ["a service that was removed", () => must("docker", "service", "rm", `${keycloak.stack}_app`)],
      [
        "services scaled to zero",
        () => must("docker", "service", "scale", "--detach", `${keycloak.stack}_db=0`, `${keycloak.stack}_app=0`),
      ],
      ["F42: the whole stack removed, as after a power cut", () => must("docker", "stack", "rm", keycloak.stack)],
    ];
    for (const [at, [what, harm]] of repairs.entries()) {
      it(what, async () => {
        const version = await versionNow();
        await harm();
        await waitUntilStopped(keycloak.stack, "app");
        assert.match((await previewWarm()).all, /keycloak .*(down: |not deployed)/);
        const done = at % 2 === 0 ? await hearth(["recover"]) : await upWarm();
        assert.equal(done.exitCode, 0, done.all);
        await assertRecovered([version]);
        const again = await upWarm("--expect-no-changes");
        assert.equal(again.exitCode, 0, again.all);
      });
    }
  });

  if (long)
    it("F53, P10: says so and exits with 1 if another process has held the app's lock for an hour", async () => {
      const lock = await tryLock(folder.lock);
      assert.ok(lock);
      const alerts = join(stateDir, "alerts");
      const before = await readdir(alerts);
      try {
        const [holder, since = ""] = (await readFile(folder.lock, "utf8")).split("\n");
        const [boot, at] = since.split(" ");
        await writeFile(folder.lock, `${holder}\n${boot} ${Number(at) - 3_700_000}\n`);
        const done = await hearth(["recover"]);
        assert.equal(done.exitCode, 1, done.all);
        assert.match(
          done.stderr,
          new RegExp(`^hearth: keycloak: pid ${process.pid} on \\S+ has held the lock for 6\\d min`),
        );
      } finally {
        await lock.release();
        for (const name of await readdir(alerts))
          if (!before.includes(name)) await rm(join(alerts, name), { recursive: true });
      }
      const again = await hearth(["recover"]);
      assert.equal(again.exitCode, 0, again.all);
    });

  it("restarts nothing that is healthy, nor do up and refresh", async () => {
    const before = await containers();
    assert.equal((await upWarm()).exitCode, 0);
    assert.equal((await pulumi(["refresh", "-s", "warm", "--yes", "--suppress-progress"])).exitCode, 0);
    assert.equal((await hearth(["recover"])).exitCode, 0);
    assert.equal((await upWarm("--refresh")).exitCode, 0);
    assert.deepEqual(await containers(), before);
  });

  it("doesn't redeploy an app after destroy; the next up deploys it with its data and secrets", async () => {
    const version = await versionNow();
    const secrets = await must("sh", "-c", "docker secret ls --format '{{.ID}} {{.Name}}' | sort");
    const volumes = await must("docker", "volume", "ls", "--format", "{{.Name}}");
    const done = await pulumi(["destroy", "-s", "warm", "--yes", "--skip-preview", "--suppress-progress"]);
    assert.equal(done.exitCode, 0, done.all);
    assert.equal(await must("docker", "service", "ls", "--quiet"), "");
    assert.equal(await must("sh", "-c", "docker secret ls --format '{{.ID}} {{.Name}}' | sort"), secrets);
    assert.equal(await must("docker", "volume", "ls", "--format", "{{.Name}}"), volumes);
    const recovered = await hearth(["recover"]);
    assert.match(recovered.all, /keycloak not deployed: undeployed by pulumi destroy/);
    assert.equal(await must("docker", "service", "ls", "--quiet"), "");
    const up = await upWarm();
    assert.equal(up.exitCode, 0, up.all);
    await assertRecovered([version]);
    assert.equal(await realmStatus("marker"), 200);
  });

  it("P12: leaves no secret in journals, manifests of snapshots, alerts and diagnostics", async () => {
    const [container = ""] = (
      await must("docker", "ps", "-q", "--filter", `label=com.docker.swarm.service.name=${keycloak.stack}_app`)
    ).split("\n");
    for (const secret of ["admin_password", "db_password"]) {
      const value = await must("docker", "exec", container, "cat", `/run/secrets/${secret}`);
      assert.equal(
        await must(
          "sh",
          "-c",
          `grep -rlF -- "$(docker exec ${container} cat /run/secrets/${secret})" ${stateDir} ` +
            "--include=*.json --include=*.txt --include=*.log || true",
        ),
        "",
      );
      assert.ok(value.length >= 32);
    }
    assert.equal((await stat(folder.path)).mode & 0o777, 0o700);
    assert.ok((await readFile(folder.lastGood, "utf8")).includes("format"));
  });
});
