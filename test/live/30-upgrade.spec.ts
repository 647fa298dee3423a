import assert from "node:assert/strict";
import { readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { appFolder } from "../../providers/lib/state/appFolder.ts";
import { readLastGood, readRejected } from "../../providers/lib/state/versions.ts";
import { readManifest } from "../../providers/lib/snapshot/index.ts";
import { base, stateDir } from "../lab/paths.ts";
import { release, type Release } from "../lab/upstream.ts";
import { logIn, makeRealm } from "../lab/markerRealm.ts";
import { database } from "./keycloak.ts";
import { whilePruned } from "./prune.ts";
import {
  call,
  containers,
  freshWarm,
  hearth,
  keycloak,
  leftovers,
  listing,
  must,
  previewWarm,
  realmStatus,
  start,
  traefik,
  upWarm,
  warmConfig,
} from "./host.ts";

const long = process.argv.includes("--long");
const folder = appFolder(stateDir, keycloak.domain);
const lastGood = async () => (await readLastGood(folder))?.version;
/** A database that only Keycloak 26.4.0 used. */
const untouched = { migrations: ["26.4.0"], changes: 165 };

interface AlertFile {
  readonly severity: string;
  readonly app: string;
  readonly attempted?: string;
  readonly recovered?: boolean;
  readonly why: string;
  readonly diagnostics?: string;
  readonly fatal?: string;
}

async function alerts(): Promise<AlertFile[]> {
  const names = await readdir(join(stateDir, "alerts")).catch(() => [] as string[]);
  const files = names.filter(name => name.endsWith(".json")).toSorted();
  return Promise.all(
    files.map(async name => JSON.parse(await readFile(join(stateDir, "alerts", name), "utf8")) as AlertFile),
  );
}

/** A service of nobody's that Traefik routes two hosts to, both answering before this resolves. */
async function serveCrasher() {
  const name = "hearth-lab-crasher";
  const hosts = [`crasher.${base}`, `crasher2.${base}`];
  const config = "events {} http { server { listen 80; location / { return 200 up; } } }";
  const labels = [
    "traefik.enable=true",
    "traefik.swarm.network=proxy",
    `traefik.http.routers.crasher.rule=Host(\`${hosts[0]}\`) || Host("${hosts[1]}")`,
    "traefik.http.routers.crasher.entrypoints=web-secure",
    "traefik.http.routers.crasher.tls=true",
    "traefik.http.services.crasher.loadbalancer.server.port=80",
  ];
  const argv = ["--detach", "--quiet", "--name", name, "--network", "proxy", "--endpoint-mode", "dnsrr"];
  const script = `echo '${config}' > /tmp/nginx.conf && exec nginx -c /tmp/nginx.conf -g 'daemon off;'`;
  const image = ["127.0.0.1:5000/hearth-lab/nginx:1.22", "bash", "-c", script];
  await must("docker", "service", "create", ...argv, ...labels.flatMap(label => ["--label", label]), ...image);
  const remove = async () => void (await must("docker", "service", "rm", name));
  const status = async (host: string) => (await fetch(`https://${host}/`).catch(() => undefined))?.status;
  for (let at = 0; (await Promise.all(hosts.map(status))).some(each => each !== 200); at++) {
    if (at === 60) throw await remove().then(() => new Error(`${hosts.join(", ")}: no 200 after 30 s`));
    await sleep(500);
  }
  return {
    remove,
    /** Ends its containers as soon as they run. The returned function stops that, and returns how many were ended. */
    crash(): () => Promise<number> {
      let ended = 0;
      const over = new AbortController();
      const filter = ["--filter", `label=com.docker.swarm.service.name=${name}`];
      const work = (async () => {
        for (; !over.signal.aborted; await sleep(300)) {
          const ids = (await must("docker", "ps", "--quiet", ...filter)).split("\n").filter(Boolean);
          for (const id of ids) if ((await call("docker", ["kill", id])).exitCode === 0) ended += 1;
        }
      })();
      return async () => {
        over.abort();
        await work;
        return ended;
      };
    },
  };
}

const ofVersion = async (version: string) => (await alerts()).filter(alert => alert.attempted === version);

describe("upgrades on a real host", function () {
  this.timeout(400_000);

  before(async () => {
    await freshWarm();
    await makeRealm("marker");
  });

  it("P2, P3, P4: apply a safe release after a verified snapshot; the data is unchanged", async () => {
    assert.equal(await lastGood(), "10.7.1+26.4.0");
    await release("keycloak", { version: "10.7.9+26.4.0" });
    const done = await upWarm();
    assert.equal(done.exitCode, 0, done.all);
    assert.match(done.all, /keycloak: snapshot \d+ MB → \d+(\.\d)? MB in \d+\.\d s/);
    assert.equal(await lastGood(), "10.7.9+26.4.0");
    const manifest = await readManifest(folder.path, "snapshot");
    assert.equal(manifest?.version, "10.7.1+26.4.0");
    assert.deepEqual(
      manifest.volumes.map(volume => volume.name),
      [`${keycloak.stack}_mariadb`],
    );
    assert.equal(await logIn("marker"), 200);
    assert.deepEqual(await ofVersion("10.7.9+26.4.0"), [], "no alert");
    await assert.rejects(stat(folder.operation), { code: "ENOENT" });
  });

  /** Upgrades to a broken release; checks that version and data were rolled back. */
  async function upgradeRollsBack(broken: Release, why: RegExp): Promise<string> {
    const good = await lastGood();
    const mark = `before-${broken.version.replaceAll(/[^0-9]/g, "-")}`;
    await makeRealm(mark);
    await release("keycloak", broken);
    const done = await upWarm();
    assert.notEqual(done.exitCode, 0, done.all);
    assert.match(done.all, why);
    assert.equal(await lastGood(), good, "P3");
    const { realms, ...rest } = await database();
    assert.deepEqual(rest, untouched, "P4: the database was rolled back");
    assert.ok(realms.includes("marker") && realms.includes(mark), realms.join());
    assert.equal(await logIn("marker"), 200);
    assert.equal(await logIn(mark), 200);
    assert.deepEqual(await leftovers(keycloak.domain), []);
    const sent = await ofVersion(broken.version);
    assert.deepEqual(
      sent.map(({ app, recovered, severity }) => ({ app, recovered, severity })),
      [{ app: "keycloak", recovered: true, severity: "warning" }],
      "P10",
    );
    return done.all;
  }

  it("F9, P4, P7, P10: roll back a release that never gets healthy; the next up only records the hold", async () => {
    const version = "10.8.0+26.5.0";
    const output = await upgradeRollsBack({ version, kind: "never-healthy" }, /10\.8\.0\+26\.5\.0 isn't healthy/);
    assert.match(output, /keycloak: restored \d/);
    const [alert] = await ofVersion(version);
    const diagnostics = await readdir(alert!.diagnostics!);
    assert.deepEqual(diagnostics.toSorted(), [
      "app.log",
      "db.log",
      "env-keys.txt",
      "failure.txt",
      "observations.txt",
      "tasks.txt",
    ]);
    assert.match(
      await readFile(join(alert!.diagnostics!, "app.log"), "utf8"),
      /Keycloak 26\.5\.0/,
      "the log of the undeployed app",
    );
    assert.ok((await readRejected(folder))[version]);
    const host = await listing();
    const preview = await previewWarm();
    assert.match(
      preview.all,
      /keycloak 10\.7\.9\+26\.4\.0 healthy · held 10\.8\.0\+26\.5\.0: .*failed here on \d+ \w+: /,
    );
    const pending = await hearth(["pending"]);
    assert.equal(pending.exitCode, 11, `the version that failed is next: ${pending.stdout}`);
    const recorded = await upWarm();
    assert.equal(recorded.exitCode, 0, recorded.all);
    assert.deepEqual(await listing(), host, "recording the hold touched the host");
    const unchanged = await upWarm("--expect-no-changes");
    assert.equal(unchanged.exitCode, 0, unchanged.all);
    assert.equal((await ofVersion(version)).filter(each => each.severity === "warning").length, 1, "one alert");
  });

  if (long)
    it("F10, P4: roll back a release that is healthy for three seconds and then crashes", async () => {
      await upgradeRollsBack({ version: "10.8.1+26.5.0", kind: "crashes" }, /10\.8\.1\+26\.5\.0 isn't healthy/);
    });

  it("F8, F47, P4, P5: roll back a release whose deploy fails while the host is pruned; report abra's error", async () => {
    const broken = { version: "10.8.2+26.5.0", kind: "deploy-fails" } as const;
    await whilePruned(() => upgradeRollsBack(broken, /nowhere/));
    assert.equal(
      await must("docker", "ps", "--all", "--quiet", "--filter", "label=hearth.guard"),
      "",
      "guards are left",
    );
    assert.match((await ofVersion("10.8.2+26.5.0"))[0]!.fatal ?? "", /nowhere/);
  });

  it("F8: refuse a release whose compose file does not load (R009) without downtime, and reject it", async () => {
    const running = await containers();
    await upgradeRollsBack({ version: "10.8.3+26.5.0", kind: "R009" }, /R009/);
    assert.deepEqual(await containers(), running);
    assert.ok((await readRejected(folder))["10.8.3+26.5.0"]);
  });

  it("F12: refuse a release whose image can't be pulled without downtime, and do not reject it", async () => {
    const running = await containers();
    await upgradeRollsBack(
      { version: "10.8.4+26.5.0", kind: "no-image" },
      /hearth-lab\/nothing:0\.0\.0 not found on this host, and the pull failed/,
    );
    assert.deepEqual(await containers(), running);
    assert.equal((await readRejected(folder))["10.8.4+26.5.0"], undefined);
  });

  it("P2, P3, P4: apply a release that migrates the database, and keep the snapshot", async () => {
    await release("keycloak", { version: "10.8.5+26.5.0" });
    const done = await upWarm();
    assert.equal(done.exitCode, 0, done.all);
    assert.equal(await lastGood(), "10.8.5+26.5.0");
    const { migrations, changes, realms } = await database();
    assert.deepEqual(migrations, ["26.4.0", "26.5.0"]);
    assert.ok(changes > untouched.changes && realms.includes("marker"));
    assert.equal(await logIn("marker"), 200);
    assert.equal((await readManifest(folder.path, "snapshot"))?.version, "10.7.9+26.4.0");
    assert.equal((await readManifest(folder.path, "snapshot.previous"))?.id === undefined, false);
  });

  it("F48, P5: aren't undone from a damaged snapshot: refused before anything stops, the older one offered", async () => {
    const archive = join(folder.snapshot, `${keycloak.stack}_mariadb.tar.zst`);
    const whole = await readFile(archive);
    const running = await containers();
    const damaged = Buffer.from(whole);
    damaged[damaged.length >> 1]! ^= 1;
    await writeFile(archive, damaged);
    try {
      for (const argv of [["--dry-run"], []]) {
        const refused = await hearth(["restore", "keycloak", ...argv]);
        assert.equal(refused.exitCode, 1, refused.all);
        assert.match(refused.stderr, /snapshot of \S+ \(10\.7\.9\+26\.4\.0\) is damaged: .* has SHA-256 /);
        assert.match(refused.stderr, /; intact is the one of \S+ \(\S+\): hearth restore keycloak --previous$/);
        assert.doesNotMatch(refused.stdout, /undeploys/);
      }
      const older = await hearth(["restore", "keycloak", "--previous", "--dry-run"]);
      assert.equal(older.exitCode, 0, older.all);
    } finally {
      await writeFile(archive, whole);
    }
    const dryRun = await hearth(["restore", "keycloak", "--dry-run"]);
    assert.equal(dryRun.exitCode, 0, dryRun.all);
    assert.match(dryRun.stdout, /undeploys, restores data and \.env of \S+, and deploys 10\.7\.9\+26\.4\.0/);
    assert.deepEqual(await containers(), running);
    assert.equal(await logIn("marker"), 200);
    await assert.rejects(stat(folder.operation), { code: "ENOENT" });
  });

  it("F25, P7: hold a major, release notes and a release that is new here, with one alert each, until approved", async () => {
    const config = await readFile(warmConfig, "utf8");
    await writeFile(warmConfig, config.replaceAll("minAgeHours: 0", "minAgeHours: 24"));
    const notes = { version: "10.9.0+26.5.0", notes: "Dump the database first." };
    await release("keycloak", notes);
    await release("keycloak", { version: "10.9.1+26.5.0" });
    await release("keycloak", { version: "11.0.0+26.5.0" });
    await release("keycloak", { version: "11.0.1+26.5.0" });
    const host = await listing();
    const preview = await previewWarm();
    for (const hold of [
      /held 10\.9\.0\+26\.5\.0: release notes/,
      /10\.9\.1\+26\.5\.0: release notes of 10\.9\.0/,
      /11\.0\.0\+26\.5\.0: major of the recipe/,
      /11\.0\.1\+26\.5\.0: .*younger than 24 h/,
    ])
      assert.match(preview.all, hold);
    const pending = await hearth(["pending", "--json"]);
    assert.equal(pending.exitCode, 11, pending.all);
    assert.equal(
      (JSON.parse(pending.stdout) as { app: string; held: string[] }[]).find(app => app.app === "keycloak")?.held
        .length,
      4,
    );
    for (let up = 1; up <= 2; up++) assert.equal((await upWarm()).exitCode, 0);
    assert.deepEqual(await listing(), host);
    assert.equal((await ofVersion("11.0.0+26.5.0")).length, 1, "one alert");

    const approved = await hearth(["approve", "keycloak", "10.9.1+26.5.0"]);
    assert.equal(approved.exitCode, 0, approved.all);
    assert.equal((await hearth(["pending"])).exitCode, 10);
    const done = await upWarm();
    assert.equal(done.exitCode, 0, done.all);
    assert.equal(await lastGood(), "10.9.1+26.5.0");
    const unknown = await hearth(["approve", "keycloak", "99.0.0+1"]);
    assert.equal(unknown.exitCode, 1);
    assert.match(unknown.stderr, /keycloak has no newer version 99\.0\.0\+1/);
    await writeFile(warmConfig, config);
  });

  it("of Traefik roll back one that exits, to the genuine release before, and apply the next in place", async () => {
    const of = appFolder(stateDir, traefik.domain);
    /** As the program says: the release that answers now. */
    const answering = async () =>
      ((await (await fetch(`https://${traefik.domain}/api/version`)).json()) as { Version: string }).Version;
    const before = (await readLastGood(of))!.version;
    assert.equal(await answering(), "3.6.7");
    await release("traefik", { version: "3.6.1+v3.6.15", kind: "dies" });
    const failed = await upWarm();
    assert.notEqual(failed.exitCode, 0, failed.all);
    assert.equal((await readLastGood(of))?.version, before);
    assert.equal(await answering(), "3.6.7");
    assert.equal(await realmStatus("master"), 200);
    const held = await upWarm();
    assert.equal(held.exitCode, 0, held.all);
    assert.ok(held.all.includes(`traefik ${before} healthy · held 3.6.1+v3.6.15: `), held.all);
    assert.match(held.all, / held 3\.6\.1\+v3\.6\.15: .*failed here on /);
    await release("traefik", { version: "3.6.2+v3.6.15" });
    const crashing = await serveCrasher();
    try {
      const up = start("pulumi", ["up", "-s", "warm", "--yes", "--skip-preview", "--suppress-progress"]);
      for (let at = 0; !up.output().includes("traefik: deploying 3.6.2+v3.6.15"); at++) {
        assert.ok(at < 240, `no deploy after 120 s: ${up.output()}`);
        await sleep(500);
      }
      const killing = crashing.crash();
      assert.equal(await up.ended, 0, `an app that crashes meanwhile proves nothing against Traefik: ${up.output()}`);
      assert.ok((await killing()) > 0, "the app never ran, so it never crashed");
    } finally {
      await crashing.remove();
    }
    assert.equal((await readLastGood(of))?.version, "3.6.2+v3.6.15");
    assert.equal(await answering(), "3.6.15");
  });
});
