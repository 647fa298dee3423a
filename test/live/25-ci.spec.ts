import assert from "node:assert/strict";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { stringify } from "yaml";
import { startRenewing } from "../../commands/run/renew.ts";
import { stackOf } from "../../providers/lib/docker/names.ts";
import { releaseLease } from "../../providers/lease/leaseRecord.ts";
import { appFolder } from "../../providers/lib/state/appFolder.ts";
import { leaseOf, swarmStore } from "../../providers/lib/coordination/coordinationStore.ts";
import { currentProcess } from "../../providers/lib/process/identity.ts";
import { type LeaseRecord } from "../../providers/lib/coordination/records.ts";
import { appDomain, dedicatedDomain, runName, runOf, stackName } from "../../providers/lib/run/names.ts";
import { at, base, project, stateDir } from "../lab/paths.ts";
import { upstreamOf } from "../lab/upstream.ts";
import { contained } from "./contained.ts";
import {
  call,
  endRuns,
  freshWarm,
  hearth,
  keycloak,
  listing,
  must,
  pulumi,
  realmStatus,
  start,
  warmConfig,
  type Done,
  type Started,
} from "./host.ts";

const login = join(project, "test/lab/login.ts");
const long = process.argv.includes("--long");
/** Runs that start at once. */
const crowd = long ? 40 : 12;
/** Runs that started before Keycloak is gone, and as many that start then. */
const half = long ? 5 : 3;
const through = [join(project, "node_modules/.bin/mocha"), join(project, "test/lab/appLogin.mocha.ts")];

describe("CI runs with apps and under load, on a real host", function () {
  this.timeout(180_000);
  let folder: string;
  let host: Awaited<ReturnType<typeof listing>>;

  before(async function () {
    this.timeout(300_000);
    await endRuns();
    if ((await realmStatus("master").catch(() => 0)) !== 200) await freshWarm();
    folder = await mkdtemp(join(tmpdir(), "hearth-ci-"));
  });
  beforeEach(async () => void (host = await listing()));
  afterEach(async function () {
    await hearth(["reap"]); // leftovers of a failed spec must not fail the next one
    if (this.currentTest?.state === "passed") assert.deepEqual(await listing(), host, "the run left something behind");
  });
  after(() => rm(folder, { recursive: true }));

  /** A build's flags, the same for start and stop. */
  const build = (recipe: string, what: string) => {
    const id = `${what}-${Date.now()}`;
    const run = runOf({ recipe, build: id });
    return {
      run,
      name: runName(run),
      stack: stackName(run),
      flags: ["--recipe", recipe, "--build", id],
      domain: appDomain(run, base),
      file: join(folder, `${id}.env`),
    };
  };
  const variables = async (file: string): Promise<Record<string, string>> =>
    Object.fromEntries(
      (await readFile(file, "utf8"))
        .split("\n")
        .filter(Boolean)
        .map(line => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]),
    );

  it("deploy the app under test; a browser logs in to it through Keycloak; nothing is left behind", async () => {
    const { flags, name, domain, stack } = build("docs", "through");
    const done = await hearth(["run", ...flags, "--", ...through]);
    assert.equal(done.exitCode, 0, done.all);
    assert.match(done.stdout, /2 passing/);
    assert.match(
      done.stderr,
      new RegExp(`keycloak \\S+ \\(\\S+\\), warm, upgraded \\d+ (min|h|d) ago · realm ${name} · https://${domain}`),
    );
    assert.equal((await pulumi(["stack", "ls", "--json"])).stdout.includes(stack), false);
  });

  it("F32, P12: have no secret in state, service and output; a failed one saves its logs and is kept", async () => {
    const { flags, name, stack, domain } = build("docs", "kept");
    const done = await hearth([
      "run",
      ...flags,
      "--keep",
      "30m",
      "--logs",
      join(folder, "logs"),
      "--before",
      "echo before $HEARTH_APP_DOMAIN",
      "--",
      "sh",
      "-c",
      "echo $OIDC_CLIENT_SECRET; exit 3",
    ]);
    try {
      assert.equal(done.exitCode, 3, done.all);
      const [before, secret = ""] = done.stdout.split("\n");
      assert.equal(before, `before ${domain}`);
      assert.ok(secret.length > 20);
      assert.match(done.stderr, new RegExp(`${name} is kept until .*; hearth run stop --run ${name}`));
      assert.match(await readFile(join(folder, "logs", `${stackOf(domain)}_app.log`), "utf8"), /./);
      const state = await must("pulumi", "stack", "export", "-s", stack);
      const services = await must(
        "docker",
        "service",
        "inspect",
        ...(
          await must("docker", "service", "ls", "-q", "--filter", `label=com.docker.stack.namespace=${stackOf(domain)}`)
        ).split("\n"),
      );
      for (const [where, text] of Object.entries({ state, services, printed: done.stderr }))
        assert.ok(!text.includes(secret), where);
      assert.equal((await fetch(`https://${domain}/`)).status, 200, "the app is kept");
      const reaped = await hearth(["reap"]);
      assert.equal(reaped.all, "", "a kept run is not reaped");
    } finally {
      // Its lease would block the next upgrade for half an hour.
      const stopped = await hearth(["run", "stop", "--run", name]);
      assert.equal(stopped.exitCode, 0, stopped.all);
    }
  });

  it("deploy a working tree, and redeploy it from scratch if an update in place fails", async function () {
    this.timeout(300_000);
    const { flags, stack, domain, file } = build("docs", "tree");
    const tree = join(folder, "docs");
    await cp(upstreamOf("docs"), tree, { recursive: true });
    const conf = join(tree, "backend.conf.tmpl");
    const text = await readFile(conf, "utf8");
    await writeFile(conf, text.replace('{{ env "GREETING" }}', "from the tree"));
    const started = await hearth(["run", "start", ...flags, "--checkout", tree, "--output", file]);
    try {
      assert.equal(started.exitCode, 0, started.all);
      const page = async () => (await fetch(`https://${domain}/`)).text();
      assert.equal(await page(), "from the tree\n");
      await writeFile(
        join(tree, "abra.sh"),
        (await readFile(join(tree, "abra.sh"), "utf8")).replace("BACKEND_CONF_VERSION=v1", "BACKEND_CONF_VERSION=v2"),
      );
      await writeFile(conf, text.replace('{{ env "GREETING" }}', "changed"));
      // Another value in both services' environment: both are replaced at once.
      const sample = await readFile(join(tree, ".env.sample"), "utf8");
      await writeFile(join(tree, ".env.sample"), sample.replace(/^GREETING=.*$/m, "GREETING=other"));
      const changed = await pulumi(["up", "-s", stack, "--yes", "--skip-preview", "--suppress-progress"]);
      assert.equal(changed.exitCode, 0, changed.all);
      assert.match(changed.all, /undeploying, then deploying from scratch/);
      assert.equal(await page(), "changed\n");
      const again = await pulumi(["up", "-s", stack, "--yes", "--skip-preview", "--expect-no-changes"]);
      assert.equal(again.exitCode, 0, again.all);
      assert.equal(await must("git", "-C", tree, "stash", "list"), "", "the tree is unchanged");
    } finally {
      const stopped = await hearth(["run", "stop", ...flags]);
      assert.equal(stopped.exitCode, 0, stopped.all);
    }
  });

  it("F18: deploy a dedicated Keycloak with the recipe's realm settings, and remove it afterwards", async function () {
    this.timeout(300_000);
    const { flags, run, name } = build("notes", "dedicated");
    const seen = join(folder, "dedicated");
    const config = join(folder, "ci.yaml");
    const notes = {
      deploy: false,
      realm: {
        roles: { realm: [{ name: "editor" }] },
        groups: [{ name: "staff" }],
        user: { realmRoles: ["editor"], groups: ["/staff"] },
      },
    };
    await writeFile(config, stringify({ config: { "hearth:baseDomain": base, "hearth:recipes": { notes } } }));
    const command = [
      `echo $HEARTH_KEYCLOAK $OIDC_ISSUER > ${seen}`,
      `${process.execPath} ${login}`,
      `${process.execPath} ${join(project, "test/lab/roles.ts")}`,
    ].join(" && ");
    const done = await hearth(["run", ...flags, "--keycloak", "dedicated", "--", "sh", "-c", command], {
      env: { HEARTH_CI_CONFIG: config },
    });
    assert.equal(done.exitCode, 0, done.all);
    assert.equal(
      (await readFile(seen, "utf8")).trim(),
      `dedicated https://${dedicatedDomain(run, base)}/realms/${name}`,
    );
    assert.match(done.stdout, /^roles .*\beditor\b/m);
    assert.match(done.stderr, /keycloak 26\.\d\.0 \(10\.\d+\.\d+\), dedicated · realm/);
  });

  it("block an upgrade, which names the run; one that starts meanwhile waits for the warm Keycloak", async function () {
    this.timeout(300_000);
    const living = build("notes", "living");
    assert.equal((await hearth(["run", "start", ...living.flags, "--output", living.file])).exitCode, 0);
    const config = await readFile(warmConfig, "utf8");
    await writeFile(warmConfig, config.replace(/( +)KC_CACHE: local/, `$&\n$1MARK: m${Date.now()}`));
    const upgrade = start("pulumi", [
      "up",
      "-s",
      "warm",
      "--yes",
      "--skip-preview",
      "--non-interactive",
      "--color=never",
    ]);
    let late: Started | undefined;
    try {
      await until(() => /waiting: in use by/.test(upgrade.output()), 60_000, upgrade.output);
      assert.match(
        upgrade.output(),
        new RegExp(`keycloak: waiting: in use by ${living.name} \\(since \\S+, until \\S+\\)`),
      );
      const { flags } = build("notes", "late");
      late = start("hearth", ["run", ...flags, "--", process.execPath, login]);
      await until(() => /waiting: keycloak is in maintenance/.test(late!.output()), 30_000, late.output);
      assert.equal(await realmStatus(living.name), 200, "the live run is not touched");
      assert.equal((await hearth(["run", "stop", ...living.flags])).exitCode, 0);
      assert.equal(await upgrade.ended, 0, upgrade.output());
      assert.equal(await late.ended, 0, late.output());
      assert.match(late.output(), /, warm, upgraded 0 min ago/);
    } finally {
      await hearth(["run", "stop", ...living.flags]);
      await Promise.all([upgrade.ended, late?.ended]);
      await writeFile(warmConfig, config);
    }
    host = await listing(); // Keycloak was replaced
  });

  it(`F45: all succeed if ${2 * half} start while Keycloak is down, with one repair`, async function () {
    this.timeout(420_000);
    // Repairs of other specs count for an hour.
    await rm(appFolder(stateDir, keycloak.domain).repairs, { force: true });
    const before = Array.from({ length: half }, (_, i) => build("notes", `here-${i}`));
    const started = await Promise.all(
      before.map(each => hearth(["run", "start", ...each.flags, "--output", each.file])),
    );
    for (const { exitCode, all } of started) assert.equal(exitCode, 0, all);
    await must("docker", "service", "scale", "--detach=false", `${keycloak.stack}_app=0`);
    const more = Array.from({ length: half }, (_, i) =>
      start("hearth", ["run", ...build("notes", `more-${i}`).flags, "--", process.execPath, login]),
    );
    const codes = await Promise.all(more.map(each => each.ended));
    const output = more.map(each => each.output()).join("\n");
    assert.deepEqual([...new Set(codes)], [0], output);
    assert.equal(output.match(/; redeploying \d/g)?.length, 1, output);
    assert.ok(!/, dedicated/.test(output), output);
    const inside = await Promise.all(
      before.map(async each => call(process.execPath, [login], { env: await variables(each.file) })),
    );
    for (const { exitCode, all } of inside) assert.equal(exitCode, 0, all);
    const stopped = await Promise.all(before.map(each => hearth(["run", "stop", ...each.flags])));
    for (const { exitCode, all } of stopped) assert.equal(exitCode, 0, all);
    host = await listing();
  });

  it(`F21: all succeed if ${crowd} start at once, each with its own login`, async function () {
    this.timeout(crowd * 21_000);
    const began = Date.now();
    const runs = Array.from({ length: crowd }, (_, i) => {
      const { flags, name } = build(["notes", "wiki", "pad", "n8n"][i % 4]!, `crowd-${i}`);
      const each = start("hearth", [
        "run",
        ...flags,
        "--",
        "sh",
        "-c",
        `echo $HEARTH_REALM $OIDC_CLIENT_SECRET $OIDC_PASSWORD; ${process.execPath} ${login}`,
      ]);
      return { ...each, name, took: each.ended.then(() => (Date.now() - began) / 1000) };
    });
    const codes = await Promise.all(runs.map(each => each.ended));
    assert.deepEqual(
      codes.filter(code => code !== 0),
      [],
      runs.map(each => each.output()).join("\n"),
    );
    const told = runs.map(each =>
      each
        .output()
        .split("\n")
        .find(line => line.startsWith(`${each.name} `))!
        .split(" "),
    );
    for (const part of [0, 1, 2]) assert.equal(new Set(told.map(each => each[part])).size, crowd);
    for (const { name } of runs) assert.equal(await realmStatus(name), 404);
    const took = (await Promise.all(runs.map(each => each.took))).toSorted((a, b) => a - b);
    console.log(
      `      ${crowd} at once: the first after ${took[0]!.toFixed(1)} s, the median ${took[crowd / 2]!.toFixed(1)} s, ` +
        `the last ${took.at(-1)!.toFixed(1)} s`,
    );
  });

  it("F22, P8: are removed by one reap if killed, at six moments; a second reap prints nothing", async function () {
    this.timeout(300_000);
    const moments = [300, 1_200, 2_200, 3_200, 4_500];
    const runs = moments.map(ms => ({ ms, ...build("notes", `killed-${ms}`) }));
    const command = ["sh", "-c", "echo started $$; exec sleep 60"];
    for (const { ms, flags } of runs) {
      const run = start("hearth", ["run", ...flags, "--", ...command]);
      await sleep(ms);
      await kill(run);
    }
    // The sixth run has its app deployed, and loses Pulumi's state too.
    const app = build("docs", "killed-app");
    const run = start("hearth", ["run", ...app.flags, "--", ...command]);
    await until(
      () => new RegExp(`realm ${app.name} · https`).test(run.output()) && /^started \d/m.test(run.output()),
      90_000,
      run.output,
    );
    await kill(run);
    await rm(join(at.backend, ".pulumi", "stacks", "hearth", `${app.stack}.json`), { force: true });
    const reaped = await hearth(["reap"]);
    assert.equal(reaped.exitCode, 0, reaped.all);
    assert.match(reaped.stdout, new RegExp(app.name));
    assert.deepEqual(await listing(), host, reaped.all);
    const again = await hearth(["reap"]);
    assert.deepEqual([again.exitCode, again.all], [0, ""]);
  });

  it("F39: are never considered dead if they run in a container with docker's socket", async () => {
    const { flags, name } = build("notes", "contained");
    const inside = (...argv: string[]): Promise<Done> => call("docker", contained(argv));
    const started = await inside("hearth", "run", "start", ...flags, "--output", join(folder, "contained.env"));
    assert.equal(started.exitCode, 0, started.all);
    assert.equal((await hearth(["reap"])).all, "");
    const held = start(
      "docker",
      contained(["hearth", "run", "--recipe", "notes", "--build", name, "--", "sleep", "15"]),
    );
    await until(() => /· realm/.test(held.output()), 60_000, held.output);
    const dry = await hearth(["reap", "--dry-run", "--json"]);
    assert.equal(dry.exitCode, 0, dry.all);
    assert.equal(await realmStatus(name), 200);
    assert.equal(await held.ended, 0, held.output());
    assert.equal((await inside("hearth", "run", "stop", ...flags)).exitCode, 0);
  });

  it("F39: renew their lease while they are active", async () => {
    const since = new Date().toISOString();
    const record: LeaseRecord = {
      format: 1,
      kind: "run",
      run: "renewed-0000aa",
      keycloak: "none",
      domains: [],
      acquiredAt: since,
      expiresAt: since,
      holder: await currentProcess(),
    };
    assert.equal(await swarmStore.create("hearth-run-0000aa", record), true);
    const fail = (why: string) => assert.fail(why);
    const { stop } = startRenewing(record.run, {
      holder: record.holder!,
      onLost: fail,
      isRemoved: async () => false,
      every: 100,
    });
    try {
      const end = async () => Date.parse((await leaseOf(swarmStore, record.run))!.record.expiresAt);
      await until(
        async () => (await end()) > Date.now() + 25 * 60_000,
        30_000,
        () => "the lease was never renewed",
      );
    } finally {
      stop();
      await sleep(500); // for a renewal that is in progress
      await releaseLease(swarmStore, record.run);
    }
  });

  it("F16: never overlap with an upgrade, over many rounds of leases and maintenance", async function () {
    this.timeout(120_000);
    const rounds = "20";
    const [run, kept] = await Promise.all([
      call(process.execPath, [join(project, "test/lab/coordinationStore.ts"), "run", rounds, join(folder, "inside")]),
      call(process.execPath, [join(project, "test/lab/coordinationStore.ts"), "kept", rounds, join(folder, "inside")]),
    ]);
    assert.equal(run.exitCode, 0, run.all);
    assert.equal(kept.exitCode, 0, kept.all);
    assert.equal(await leaseOf(swarmStore, "rounds-00000a"), undefined);
  });
});

/** Kills the run, then its command, which outlives it and printed its pid as `started 4711`. */
async function kill(run: Started): Promise<void> {
  run.child.kill("SIGKILL");
  const over = run.ended.then(() => true);
  while (!(await Promise.race([over, sleep(100, false)])))
    for (const [, pid] of run.output().matchAll(/^started (\d+)$/gm)) await call("kill", ["-KILL", pid!]);
}

async function until(holds: () => boolean | Promise<boolean>, ms: number, output: () => string): Promise<void> {
  for (const from = Date.now(); !(await holds()); await sleep(200))
    if (Date.now() - from > ms) assert.fail(`expected within ${ms / 1000} s, got: ${output()}`);
}
