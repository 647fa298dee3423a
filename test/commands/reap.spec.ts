import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { cp, mkdir, mkdtemp, readdir, readFile, realpath, rm, symlink, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { currentProcess, type ProcessIdentity } from "../../providers/lib/process/identity.ts";
import { LABEL, leaseName } from "../../providers/lib/coordination/coordinationStore.ts";
import { type LeaseRecord, type MaintenanceRecord } from "../../providers/lib/coordination/records.ts";
import { project } from "../lab/paths.ts";

const DOCS = "docs-9c1995";
const HOUR = 3_600_000;

describe("hearth reap", function () {
  this.timeout(60_000);
  let folder: string;
  /** A separate checkout: the real one's .stacks may hold an active run's configuration. */
  let checkout: string;
  let stateDir: string;
  let me: ProcessIdentity;
  let dead: ProcessIdentity;

  before(async () => {
    checkout = await realpath(await mkdtemp(join(tmpdir(), "hearth-checkout-")));
    for (const name of ["commands", "providers", "stacks", "package.json", "Pulumi.ci.yaml"])
      await cp(join(project, name), join(checkout, name), { recursive: true });
    await symlink(await realpath(join(project, "node_modules")), join(checkout, "node_modules"));
    me = await currentProcess();
    dead = { ...me, started: me.started - 1 };
  });
  after(() => rm(checkout, { recursive: true }));

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "hearth-command-"));
    stateDir = join(folder, "state");
    for (const name of ["swarm/configs", "stacks"]) await mkdir(join(folder, name), { recursive: true });
    await writeFile(join(folder, "swarm", "stacks"), "");
    await mkdir(join(checkout, ".stacks"));
    for (const name of ["docker", "pulumi"])
      await symlink(join(project, "test/commands/fixtures/reap", name), join(folder, name));
    await writeFile(join(folder, "swarm-id"), "swarm-1");
    await writeFile(join(folder, "ci.yaml"), `config:\n  hearth:baseDomain: ci.test\n  hearth:stateDir: ${stateDir}\n`);
  });
  afterEach(async () => {
    await rm(folder, { recursive: true });
    await rm(join(checkout, ".stacks"), { recursive: true });
  });

  async function node(
    argv: readonly string[],
    env: Record<string, string> = {},
  ): Promise<{ code: number | null; stdout: string; stderr: string }> {
    const child = spawn(process.execPath, argv, {
      cwd: folder,
      env: {
        ...process.env,
        PATH: `${folder}:${dirname(process.execPath)}:${process.env["PATH"]}`,
        FAKE_SWARM: join(folder, "swarm"),
        FAKE_PULUMI: folder,
        PULUMI_BACKEND_URL: "",
        HEARTH_CI_CONFIG: join(folder, "ci.yaml"),
        ...env,
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let [stdout, stderr] = ["", ""];
    child.stdout.on("data", chunk => (stdout += String(chunk)));
    child.stderr.on("data", chunk => (stderr += String(chunk)));
    return new Promise(resolve => child.once("close", code => resolve({ code, stdout, stderr })));
  }
  const hearth = (argv: readonly string[], env?: Record<string, string>) =>
    node([join(checkout, "commands/hearth.mjs"), ...argv], env);
  const reapDead = (env?: Record<string, string>) => {
    const module = JSON.stringify(join(checkout, "commands/reap/dead.ts"));
    const program = `console.log(JSON.stringify(await (await import(${module})).reapDead(console.error)));`;
    return node(["--input-type=module", "--eval", program], env);
  };

  async function writeRecord(name: string, record: LeaseRecord | MaintenanceRecord | string): Promise<void> {
    const text = typeof record === "string" ? record : JSON.stringify(record);
    const config = {
      ID: name,
      Version: { Index: 1 },
      CreatedAt: "2026-01-01T00:00:00Z",
      Spec: { Name: name, Labels: { [LABEL]: text } },
    };
    await writeFile(join(folder, "swarm", "configs", name), JSON.stringify(config));
  }
  const lease = (run: string, more: Partial<LeaseRecord> = {}) => {
    const [since, until] = [new Date().toISOString(), new Date(Date.now() + HOUR).toISOString()];
    return writeRecord(leaseName(run), {
      format: 1,
      kind: "run",
      run,
      keycloak: "dedicated",
      domains: [`docs-${run.slice(-6)}.ci.test`],
      acquiredAt: since,
      expiresAt: until,
      holder: dead,
      ...more,
    });
  };
  async function dir(run: string, holder: ProcessIdentity | undefined): Promise<void> {
    await mkdir(join(stateDir, "runs", run), { recursive: true });
    if (holder) await writeFile(join(stateDir, "runs", run, "owner.json"), JSON.stringify({ format: 1, holder }));
  }
  const pulumi = async (run: string, age: number) => {
    await writeFile(join(folder, "stacks", `ci-${run}`), new Date(Date.now() - age).toISOString());
    await writeFile(join(checkout, ".stacks", `Pulumi.ci-${run}.yaml`), "config: {}\n");
  };
  const left = async () => [
    ...(await readdir(join(folder, "swarm", "configs"))),
    ...(await readdir(join(folder, "stacks"))),
    ...(await readdir(join(checkout, ".stacks"))),
    ...(await readdir(join(stateDir, "runs")).catch(() => [])),
  ];
  const dockerCalls = async () => (await readFile(join(folder, "swarm", "calls"), "utf8")).split("\n").filter(Boolean);

  it("F22, P8: removes all of a killed run and prints one line; a second reap prints nothing", async () => {
    await lease(DOCS);
    await dir(DOCS, dead);
    await pulumi(DOCS, 0);
    await writeFile(join(folder, "swarm", "stacks"), "docs-9c1995_ci_test\nblog_ci_test\n");
    const first = await hearth(["reap"]);
    const why = `holder pid ${dead.pid} on ${dead.host} is dead`;
    const line = `${DOCS}: stack docs-9c1995_ci_test, pulumi stack, run folder, lease removed (${why})`;
    assert.equal(first.stdout, `${line}\n1 removed\n`, first.stderr);
    assert.deepEqual([first.code, first.stderr], [0, ""]);
    assert.deepEqual(await left(), []);
    assert.equal(await readFile(join(folder, "swarm", "stacks"), "utf8"), "blog_ci_test\n");
    assert.deepEqual(await hearth(["reap"]), { code: 0, stdout: "", stderr: "" });
  });

  it("F40: removes nothing while docker talks to another swarm than the warm apps', and names both", async () => {
    await lease(DOCS);
    await dir(DOCS, dead);
    const app = join(stateDir, "apps", "warm-keycloak.ci.test");
    await mkdir(app, { recursive: true });
    const good = { format: 1, version: "1.0.0+1", at: new Date().toISOString(), images: {}, swarm: "swarm-0" };
    await writeFile(join(app, "last-good.json"), JSON.stringify(good));
    const refused = await hearth(["reap"]);
    assert.match(
      refused.stderr,
      /keycloak's last good version ran in the swarm swarm-0, but docker talks to the swarm swarm-1/,
    );
    assert.deepEqual([refused.code, refused.stdout], [1, ""]);
    assert.match(
      (await reapDead()).stderr,
      /cannot reap dead runs: keycloak's last good version ran in the swarm swarm-0/,
    );
    assert.deepEqual((await left()).toSorted(), [DOCS, leaseName(DOCS)].toSorted());
  });

  it("P9, F24: skips what is active, young or foreign, and prints nothing", async () => {
    await lease(DOCS, { holder: me });
    await pulumi(DOCS, 3 * HOUR);
    await dir("wiki-00000a", me);
    await pulumi("wiki-00000a", 3 * HOUR);
    await pulumi("blog-00000b", HOUR);
    await pulumi("shop-00000c", 3 * HOUR);
    await writeFile(join(folder, "swarm-id"), "swarm-2");
    await writeFile(join(folder, "swarm", "stacks"), "n8n-00000d_ci_test\n");
    await dir("people", dead);
    await writeFile(join(folder, "stacks", "warm"), "");
    await writeFile(join(checkout, ".stacks", "Pulumi.warm.yaml"), "");
    const before = await left();
    assert.deepEqual(await hearth(["reap"]), { code: 0, stdout: "", stderr: "" });
    assert.deepEqual(await left(), before);
    const listed = await hearth(["reap", "--dry-run"]);
    assert.equal(listed.code, 0);
    const lines = listed.stdout.split("\n").filter(Boolean).toSorted();
    assert.deepEqual(lines, [
      "skipped: blog-00000b: no lease yet",
      `skipped: ${DOCS}: live (pid ${me.pid} on ${me.host})`,
      "skipped: pulumi stack ci-shop-00000c: foreign (belongs to swarm swarm-2)",
      "skipped: run folder people: not a run's name",
      "skipped: stack n8n-00000d_ci_test: only its name suggests a run",
      "skipped: wiki-00000a: live (its process is alive)",
    ]);
  });

  it("F59: a rebooted host's runs are dead, but not those of another node, machine or name", async () => {
    const rebooted = { ...me, boot: "00000000-0000-0000-0000-000000000000", node: "node-1" };
    await lease(DOCS, { holder: { ...rebooted, node: "node-2" } });
    await lease("wiki-00000a", { holder: { ...rebooted, machine: "0123456789abcdef0123456789abcdef" } });
    await lease("page-00000c", { holder: { ...rebooted, host: "another" } });
    await lease("blog-00000b", { holder: rebooted });
    const done = await hearth(["reap"]);
    assert.match(done.stdout, /^blog-00000b: lease removed .*\n1 removed, 3 skipped \(live 3\)\n$/, done.stderr);
    assert.equal((await left()).length, 3);
  });

  it("--dry-run changes nothing and exits with 10 if anything is left; --json prints it with counts", async () => {
    await lease(DOCS);
    await dir(DOCS, dead);
    const before = await left();
    const dry = await hearth(["reap", "--dry-run"]);
    assert.deepEqual([dry.code, await left()], [10, before]);
    assert.match(
      dry.stdout,
      /^docs-9c1995: run folder, lease would be removed \(holder pid .* is dead\)\n1 to be removed\n$/,
    );
    const json = await hearth(["reap", "--json"]);
    assert.equal(json.code, 0, json.stderr);
    const { removed, failed, skipped, counts } = JSON.parse(json.stdout) as Record<string, unknown>;
    const parts = ["run folder", "lease"].map(kind => ({ kind, name: DOCS }));
    assert.deepEqual(
      [removed, failed, skipped],
      [[{ what: DOCS, parts, why: `holder pid ${dead.pid} on ${dead.host} is dead` }], [], []],
    );
    assert.deepEqual(counts, {
      removed: 1,
      realms: 0,
      stacks: 0,
      pulumiStacks: 0,
      runFolders: 1,
      leases: 1,
      failed: 0,
      skipped: 0,
      reasons: {},
    });
  });

  it("P9: exits with 1 and a message if a record is unreadable, and changes nothing", async () => {
    await lease(DOCS);
    await dir(DOCS, dead);
    await writeRecord("hearth-run-00000e", '{"format":2}');
    const before = await left();
    const done = await hearth(["reap"]);
    assert.equal(done.code, 1);
    assert.match(
      done.stderr,
      /^hearth: config hearth-run-00000e on the swarm has a format that this hearth can't read: /,
    );
    assert.deepEqual(await left(), before);
  });

  /** A lock in the backend, as Pulumi describes it. */
  const lock = async (run: string, holder: Pick<ProcessIdentity, "pid" | "host">, at: string) => {
    await mkdir(join(folder, "locks"), { recursive: true });
    const text = `error: the stack is currently locked by 1 lock(s). Either wait for …\n  s3://b/a.json: created by ci@${holder.host} (pid ${holder.pid}) at ${at}\n`;
    await writeFile(join(folder, "locks", `ci-${run}`), text);
  };
  const locks = () => readdir(join(folder, "locks"));

  it("F20, F52: says on stderr that dead runs are left, and exits with 1, also with --dry-run", async () => {
    await lease(DOCS, { keycloak: "warm" });
    await dir(DOCS, dead);
    await lease("wiki-00000a");
    await pulumi("wiki-00000a", 0);
    await lock("wiki-00000a", { pid: 7, host: "1f2e3d" }, new Date().toISOString());
    const before = await left();
    const { code, stdout, stderr } = await hearth(["reap"]);
    assert.deepEqual([code, stdout], [1, ""], stderr);
    assert.deepEqual(
      stderr.split("\n").map(line => line.replace(/ \(.*\)$/, "")),
      [`hearth: ${DOCS}: not removed: keycloak is down`, "hearth: wiki-00000a: not removed: lock holder unknown", ""],
    );
    const dry = await hearth(["reap", "--dry-run"]);
    assert.equal(dry.code, 1);
    assert.match(
      dry.stdout,
      /^skipped: wiki-00000a: lock holder unknown \(pulumi's lock of .* \(pid 7 on 1f2e3d, since /m,
    );
    const json = await hearth(["reap", "--json"]);
    const report = JSON.parse(json.stdout) as { removed: unknown[]; skipped: { what: string; reason: string }[] };
    assert.deepEqual([json.code, report.removed], [1, []]);
    assert.deepEqual(report.skipped.map(({ what, reason }) => `${what}: ${reason}`).toSorted(), [
      `${DOCS}: keycloak is down`,
      "wiki-00000a: lock holder unknown",
    ]);
    assert.deepEqual(await left(), before);
    assert.deepEqual(await locks(), ["ci-wiki-00000a"]);
  });

  it("F52, P8: removes a run whose container was killed once its lease has ended, with its lock on S3", async () => {
    const contained = { ...me, host: "1f2e3d", pid: 7, pidns: "pid:[1]" };
    const expiresAt = new Date(Date.now() - 1).toISOString();
    await lease(DOCS, { holder: contained, expiresAt });
    await dir(DOCS, contained);
    await pulumi(DOCS, 0);
    await lock(DOCS, { pid: 30, host: "1f2e3d" }, new Date(Date.now() - 60_000).toISOString());
    const dry = await hearth(["reap", "--dry-run"]);
    assert.equal(dry.code, 10, dry.stderr);
    assert.deepEqual(await locks(), [`ci-${DOCS}`]);
    const done = await hearth(["reap"]);
    assert.equal(done.stdout.split("\n")[0], dry.stdout.split("\n")[0]!.replace("would be removed", "removed"));
    assert.deepEqual([done.code, done.stderr], [0, ""]);
    assert.deepEqual([await left(), await locks()], [[], []]);
  });

  it("F52, P8: removes at once a run that was killed on this host, with its lock on S3", async () => {
    await lease(DOCS);
    await dir(DOCS, dead);
    await pulumi(DOCS, 0);
    await lock(DOCS, { pid: 4_194_303, host: dead.host }, new Date().toISOString());
    const done = await hearth(["reap"]);
    assert.match(done.stdout, /^docs-9c1995: pulumi stack, run folder, lease removed/, done.stderr);
    assert.deepEqual([await left(), await locks()], [[], []]);
  });

  it("F52, P8: removes the lock of a run that was killed in stack init, which left no stack on S3", async () => {
    await dir(DOCS, dead);
    await lock(DOCS, { pid: 4_194_303, host: dead.host }, new Date().toISOString());
    await dir("wiki-00000a", dead);
    await lock("wiki-00000a", { pid: 7, host: "1f2e3d" }, new Date().toISOString());
    await dir("shop-00000c", dead);
    await lock("shop-00000c", { pid: 7, host: "1f2e3d" }, new Date(Date.now() - 2 * HOUR).toISOString());
    const done = await hearth(["reap"]);
    assert.equal(done.code, 1);
    assert.match(done.stdout, /^docs-9c1995: run folder removed .*\nshop-00000c: run folder removed /);
    assert.match(
      done.stderr,
      /^hearth: wiki-00000a: not removed: lock holder unknown \(.*pid 7 on 1f2e3d, since .*\)\n$/,
    );
    assert.deepEqual([await locks(), await left()], [["ci-wiki-00000a"], [leaseName("wiki-00000a"), "wiki-00000a"]]);
  });

  it("F52: raises one alert for a run that was skipped for more than a day", async () => {
    await lease("wiki-00000a");
    await pulumi("wiki-00000a", 0);
    await lock("wiki-00000a", { pid: 7, host: "1f2e3d" }, new Date().toISOString());
    await hearth(["reap"]);
    const file = join(stateDir, "reap", "skipped.json");
    const alerts = async () =>
      (await readdir(join(stateDir, "alerts")).catch(() => [])).filter(name => name.endsWith("json"));
    assert.deepEqual(await alerts(), []);
    const seen = JSON.parse(await readFile(file, "utf8")) as { skipped: { lasted: number }[] };
    await writeFile(
      file,
      JSON.stringify({ ...seen, skipped: seen.skipped.map(each => ({ ...each, lasted: 24 * HOUR })) }),
    );
    for (let pass = 0; pass < 2; pass++) await hearth(["reap"]);
    const [name, ...more] = await alerts();
    assert.deepEqual(more, []);
    const alert = await readFile(join(stateDir, "alerts", name!), "utf8");
    assert.match(alert, /hearth reap couldn't remove it for more than a day: lock holder unknown/);
  });

  it("F22: removes a stack of which only an old configuration remains", async () => {
    const file = join(checkout, ".stacks", `Pulumi.ci-${DOCS}.yaml`);
    await writeFile(file, "");
    assert.equal((await hearth(["reap"])).stdout, "");
    const old = new Date(Date.now() - 3 * HOUR);
    await utimes(file, old, old);
    const done = await hearth(["reap"]);
    assert.match(done.stdout, /^docs-9c1995: pulumi stack removed \(no lease\)\n/, done.stderr);
    assert.ok(!existsSync(file));
  });

  describe("at the start of a run", () => {
    it("costs one query if there are no records", async () => {
      await dir(DOCS, dead);
      await pulumi(DOCS, 3 * HOUR);
      assert.deepEqual(await reapDead(), { code: 0, stdout: "[]\n", stderr: "" });
      assert.deepEqual(await dockerCalls(), ["system dial-stdio", `GET /configs ${LABEL}`]);
      assert.ok(!existsSync(join(folder, "calls")), "Pulumi isn't called");
    });

    it("costs one query if every run is active", async () => {
      await lease(DOCS, { holder: me });
      assert.equal((await reapDead()).stdout, "[]\n");
      assert.equal((await dockerCalls()).length, 2);
    });

    it("F22, P8: removes only dead runs, and names them", async () => {
      await lease(DOCS);
      await dir(DOCS, dead);
      await dir("wiki-00000a", dead);
      const done = await reapDead();
      assert.equal(done.stdout, `["${DOCS}"]\n`);
      assert.match(done.stderr, /^docs-9c1995: run folder, lease removed \(holder pid .* is dead\)\n$/);
      assert.deepEqual(await left(), ["wiki-00000a"]);
    });

    it("P8: removes maintenance only if its holder is dead and its operation is over", async () => {
      const record = {
        format: 1,
        kind: "maintenance",
        app: "keycloak",
        domain: "warm-keycloak.ci.test",
        what: "1 → 2",
        blocks: "warm",
        startedAt: new Date().toISOString(),
        holder: me,
        stateDir,
      } as const;
      await writeRecord("hearth-maintenance", record);
      assert.deepEqual(await reapDead(), { code: 0, stdout: "[]\n", stderr: "" });
      await writeRecord("hearth-maintenance", { ...record, holder: { ...dead, host: "renamed" } });
      const done = await reapDead();
      assert.match(
        done.stderr,
        /^maintenance of keycloak removed \(holder pid .* is dead, and no operation is open\)\n$/,
      );
      assert.deepEqual(await left(), []);
    });

    it("doesn't fail the run if a record is unreadable", async () => {
      await writeRecord("hearth-run-00000e", '{"format":2}');
      const done = await reapDead();
      assert.equal(done.stdout, "[]\n");
      assert.match(done.stderr, /^cannot reap dead runs: config hearth-run-00000e on the swarm has a format/);
    });
  });
});
