import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { appFolder } from "../../providers/lib/state/appFolder.ts";
import { runName, runOf, stackName } from "../../providers/lib/run/names.ts";
import { isMaintenance, MAINTENANCE_NAME, swarmStore } from "../../providers/lib/coordination/coordinationStore.ts";
import { currentProcess, type ProcessIdentity } from "../../providers/lib/process/identity.ts";
import { clusterId } from "../../providers/lib/docker/index.ts";
import { at, base, project, stateDir } from "../lab/paths.ts";
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
  traefik,
} from "./host.ts";

const long = process.argv.includes("--long");
const login = join(project, "test/lab/login.ts");
const named = (build: string) => {
  const run = runOf({ recipe: "notes", build });
  return { build, realm: runName(run), stack: stackName(run), flags: ["--recipe", "notes", "--build", build] };
};

/** Keycloak's maintenance, between two times in ms since 1970. */
async function createMaintenance(from: number, to: number, holder: ProcessIdentity): Promise<void> {
  await swarmStore.create(MAINTENANCE_NAME, {
    format: 1,
    kind: "maintenance",
    app: "keycloak",
    domain: keycloak.domain,
    what: "a spec",
    blocks: "all",
    startedAt: new Date(from).toISOString(),
    expiresAt: new Date(to).toISOString(),
    holder,
    stateDir,
  });
}

describe("a CI run on a real host", function () {
  this.timeout(120_000);
  let folder: string;
  let host: Awaited<ReturnType<typeof listing>>;

  before(async function () {
    this.timeout(300_000);
    await endRuns();
    if ((await realmStatus("master").catch(() => 0)) !== 200) {
      await freshWarm();
    }
    folder = await mkdtemp(join(tmpdir(), "hearth-run-"));
  });
  beforeEach(async () => void (host = await listing()));
  afterEach(async () => assert.deepEqual(await listing(), host, "the run left something behind"));
  after(() => rm(folder, { recursive: true }));

  it("P8: gets a realm in which a real OpenID client logs in, and leaves nothing behind", async () => {
    const { flags, realm } = named(`login-${Date.now()}`);
    const done = await hearth(["run", ...flags, "--", process.execPath, login]);
    assert.equal(done.exitCode, 0, done.all);
    assert.match(
      done.stdout,
      new RegExp(`^logged in as tester at https://${keycloak.domain}/realms/${realm}, token verified, in \\d+ ms$`),
    );
    assert.match(done.stderr, new RegExp(`hearth: keycloak \\S+ \\(\\S+\\), warm, upgraded .* · realm ${realm}`));
    assert.equal(await realmStatus(realm), 404);
  });

  const waits: [what: string, flags: readonly string[], waiting: RegExp][] = [
    ["maintenance to end", [], /waiting: \S+ is in maintenance/],
    ["a dedicated Keycloak", ["--keycloak", "dedicated"], /waiting: hearth:dedicatedLimit is 0/],
  ];
  for (const [what, more, waiting] of waits)
    it(`P8: that waits for ${what} ends within seconds after Ctrl-C, and leaves nothing behind`, async () => {
      const { flags } = named(`interrupted-${Date.now()}`);
      const config = join(folder, "no-dedicated.yaml");
      await writeFile(config, `config:\n  hearth:baseDomain: ${base}\n  hearth:dedicatedLimit: 0\n`);
      if (more.length === 0) await createMaintenance(Date.now(), Date.now() + 600_000, await currentProcess());
      try {
        const argv = ["run", ...flags, ...more, "--", "true"];
        const run = start("hearth", argv, { HEARTH_CI_CONFIG: config });
        for (const began = Date.now(); !waiting.test(run.output()); await sleep(100))
          assert.ok(Date.now() - began < 60_000, run.output());
        const began = Date.now();
        run.child.kill("SIGINT");
        assert.equal(await run.ended, 130, run.output());
        assert.ok(Date.now() - began < 20_000, `it ended ${Date.now() - began} ms later`);
      } finally {
        for (const each of (await swarmStore.list()).filter(isMaintenance)) await swarmStore.remove(each);
      }
    });

  it("F54: removes maintenance that has expired, of a container that is gone", async () => {
    const contained = { ...(await currentProcess()), pidns: "pid:[1]" };
    await createMaintenance(Date.now() - 3_600_000, Date.now(), contained);
    try {
      const done = await hearth(["run", ...named(`expired-${Date.now()}`).flags, "--", "true"]);
      assert.equal(done.exitCode, 0, done.all);
      assert.deepEqual((await swarmStore.list()).filter(isMaintenance), []);
    } finally {
      for (const each of (await swarmStore.list()).filter(isMaintenance)) await swarmStore.remove(each);
    }
  });

  it("runs the command in the caller's folder and exits with its code", async () => {
    const done = await hearth(["run", "--recipe", "notes", "--", "sh", "-c", "pwd; exit 3"], { cwd: folder });
    assert.equal(done.exitCode, 3, done.all);
    assert.equal(done.stdout, folder);
  });

  it("F46, P12: passes its command only the run's own variables", async () => {
    const sentinel = `sentinel-${Date.now()}`;
    const names = [
      "AWS_SECRET_ACCESS_KEY",
      "GITHUB_TOKEN",
      "DRONE_NETRC_PASSWORD",
      "PULUMI_ACCESS_TOKEN",
      "MY_SECRET",
      "SSH_AUTH_SOCK",
    ];
    const env = Object.fromEntries(names.map(name => [name, sentinel]));
    const passphrase = await readFile(at.passphrase, "utf8");
    const done = await hearth(["run", "--recipe", "notes", "--env", "REQUESTED=yes", "--", "env"], { env });
    assert.equal(done.exitCode, 0, done.all);
    assert.ok(!done.stdout.includes(sentinel));
    assert.ok(!done.stdout.includes(passphrase));
    assert.ok(!/^(PULUMI|DOCKER|ABRA)_/m.test(done.stdout));
    const variables = new Map(
      done.stdout.split("\n").map(line => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]),
    );
    for (const name of [
      "OIDC_ISSUER",
      "OIDC_CLIENT_ID",
      "OIDC_CLIENT_SECRET",
      "OIDC_USERNAME",
      "OIDC_PASSWORD",
      "HEARTH_RUN",
      "HEARTH_REALM",
    ])
      assert.ok(variables.get(name), name);
    assert.equal(variables.get("HEARTH_KEYCLOAK"), "warm");
    assert.equal(variables.get("REQUESTED"), "yes");
    assert.ok(
      !done.stderr.includes(variables.get("OIDC_CLIENT_SECRET")!) &&
        !done.stderr.includes(variables.get("OIDC_PASSWORD")!),
    );
  });

  it("F32, P12: has no secret in argv, and none in clear in its state", async () => {
    const { flags, stack } = named(`secrets-${Date.now()}`);
    const file = join(folder, "run.env");
    await writeFile(file, "older, and everybody's", { mode: 0o644 });
    const watcher = spawn(
      "sh",
      ["-c", "while :; do cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' ' '; sleep 0.02; done"],
      {
        stdio: ["ignore", "pipe", "ignore"],
      },
    );
    let argvs = "";
    watcher.stdout.on("data", chunk => (argvs += String(chunk)));
    const started = await hearth(["run", "start", ...flags, "--output", file]);
    watcher.kill();
    try {
      assert.equal(started.exitCode, 0, started.all);
      assert.equal((await stat(file)).mode & 0o777, 0o600);
      const text = await readFile(file, "utf8");
      const secrets = [/OIDC_CLIENT_SECRET=(.+)/, /OIDC_PASSWORD=(.+)/].map(
        pattern => pattern.exec(text)?.[1] ?? assert.fail(text),
      );
      const state = await must("pulumi", "stack", "export", "-s", stack);
      const admin = await must(
        "sh",
        "-c",
        `docker exec $(docker ps -q --filter label=com.docker.swarm.service.name=${keycloak.stack}_app) ` +
          "cat /run/secrets/admin_password",
      );
      assert.ok(argvs.includes("pulumi up"), "the watcher recorded argv");
      for (const secret of [...secrets, admin])
        for (const [where, place] of Object.entries({ state, argvs, printed: started.all }))
          assert.ok(!place.includes(secret), where);
      assert.ok(
        !(await must("pulumi", "stack", "export", "-s", stack, "--show-secrets")).includes(admin),
        "the state never contains the admin's password",
      );
      // A second run with the identity of an active one is refused and leaves it unchanged.
      const second = await hearth(["run", ...flags, "--", "true"]);
      assert.equal(second.exitCode, 125);
      assert.match(second.stderr, /not your recipe: a run with this identity is active/);
    } finally {
      const stopped = await hearth(["run", "stop", ...flags]);
      assert.equal(stopped.exitCode, 0, stopped.all);
    }
    const again = await hearth(["run", "stop", ...flags]);
    assert.equal(again.exitCode, 0);
    assert.match(again.stderr, /not found: nothing to do/);
  });

  it("works with plain Pulumi commands", async () => {
    const { stack, realm } = named(`plain-${Date.now()}`);
    await must("cp", "Pulumi.ci.yaml", `.stacks/Pulumi.${stack}.yaml`);
    await must("pulumi", "stack", "init", stack, "--no-select");
    const done = await pulumi(["up", "-s", stack, "--yes", "--skip-preview"]);
    assert.equal(done.exitCode, 0, done.all);
    assert.equal(await realmStatus(realm), 200);
    const again = await pulumi(["up", "-s", stack, "--yes", "--skip-preview", "--expect-no-changes"]);
    assert.equal(again.exitCode, 0, again.all);
    assert.equal((await pulumi(["destroy", "-s", stack, "--yes", "-f"])).exitCode, 0);
    await must("pulumi", "stack", "rm", "-y", "--remove-backups", stack);
    assert.equal(await realmStatus(realm), 404);
    assert.equal(await must("git", "status", "--porcelain", "--", "Pulumi.ci.yaml", "Pulumi.yaml"), "");
  });

  it("two jobs of one build at once get separate realms; a user of one can't log in to the other", async () => {
    const build = `pair-${Date.now()}`;
    const jobs = ["a", "b"].map(job => ({
      flags: ["--recipe", "notes", "--build", build, "--job", job],
      file: join(folder, `${build}-${job}.env`),
    }));
    const started = await Promise.all(
      jobs.map(({ flags, file }) => hearth(["run", "start", ...flags, "--output", file])),
    );
    try {
      for (const done of started) assert.equal(done.exitCode, 0, done.all);
      const [a, b] = await Promise.all(jobs.map(({ file }) => readVariables(file)));
      for (const name of ["OIDC_ISSUER", "OIDC_CLIENT_SECRET", "OIDC_PASSWORD", "HEARTH_REALM"])
        assert.notEqual(a![name], b![name], name);
      assert.equal(await grant(a!, a!), 200);
      assert.equal(await grant(b!, b!), 200);
      assert.equal(await grant(a!, b!), 401);
    } finally {
      const stopped = await Promise.all(jobs.map(({ flags }) => hearth(["run", "stop", ...flags])));
      for (const done of stopped) assert.equal(done.exitCode, 0, done.all);
    }
  });

  for (const [when, wait] of [
    ["while its realm is being made", 1_500],
    ["while its command runs", 7_000],
  ] as const) {
    it(`P8: is removed on Ctrl-C ${when}`, async () => {
      const { flags, realm } = named(`interrupted-${wait}-${Date.now()}`);
      const child = spawn("hearth", ["run", ...flags, "--", "sleep", "60"], {
        cwd: project,
        stdio: ["ignore", "pipe", "pipe"],
      });
      let output = "";
      child.stderr.on("data", chunk => (output += String(chunk)));
      const ended = new Promise<number | null>(resolve => child.once("exit", resolve));
      await sleep(wait);
      child.kill("SIGINT");
      assert.equal(await ended, 130, output);
      assert.match(output, /SIGINT: ending the run/);
      assert.match(output, new RegExp(`${realm} removed`));
      assert.equal(await realmStatus(realm), 404);
    });
  }

  describe("exits 125 with one sentence and leaves nothing behind, given", () => {
    const refused = async (env: Record<string, string | undefined>, pattern: RegExp) => {
      const done = await hearth(["run", "--recipe", "notes", "--", "echo", "ran"], { env });
      assert.equal(done.exitCode, 125, done.all);
      assert.ok(!done.stdout.includes("ran"));
      assert.match(done.stderr, /^hearth: not your recipe: /m);
      assert.match(done.stderr, pattern);
    };

    it("a wrong passphrase", () =>
      refused({ PULUMI_CONFIG_PASSPHRASE_FILE: "/nonexistent" }, /not your recipe: .*passphrase|nonexistent/));
    it("no pulumi", async () => {
      const path = (process.env["PATH"] ?? "").split(":").filter(place => place !== at.bin);
      const bin = join(folder, "bin");
      await must("mkdir", "-p", bin);
      await must("ln", "-sf", join(project, "commands/hearth.mjs"), join(bin, "hearth"));
      await refused({ PATH: [bin, ...path].join(":") }, /pulumi not found on PATH/);
    });
    it("an unreachable Docker engine", () =>
      refused({ DOCKER_HOST: "unix:///nonexistent.sock" }, /Cannot connect to the Docker daemon/));
    it("an invalid recipe name", async () => {
      const done = await hearth(["run", "--recipe", "No_Name", "--", "true"]);
      assert.equal(done.exitCode, 125);
      assert.match(done.stderr, /--recipe is "No_Name": expected a recipe name/);
    });
  });

  it("F18: retries its teardown if Keycloak stops, then warns and leaves the rest to the reaper", async function () {
    this.timeout(240_000);
    const { flags, realm } = named(`middle-${Date.now()}`);
    const file = join(folder, "middle.env");
    // Repairs of other specs count for an hour.
    await rm(appFolder(stateDir, keycloak.domain).repairs, { force: true });
    assert.equal((await hearth(["run", "start", ...flags, "--output", file])).exitCode, 0);
    await must("docker", "service", "scale", "--detach=false", `${keycloak.stack}_app=0`);
    try {
      const stopped = await hearth(["run", "stop", ...flags, "--verbose"]);
      assert.equal(stopped.exitCode, 125, stopped.all);
      assert.match(
        stopped.all,
        /(has no running container on this node|isn't up|is not running|no connection).*; trying again/,
      );
      assert.match(stopped.stderr, /warning: ci-\S+ not removed: .*\n.*hearth reap removes the rest/);
    } finally {
      const repaired = await hearth(["recover"]);
      assert.equal(repaired.exitCode, 0, repaired.all);
    }
    assert.equal(await realmStatus(realm), 200, "the realm survived");
    const again = await hearth(["run", "stop", ...flags]);
    assert.equal(again.exitCode, 0, again.all);
    assert.equal(await realmStatus(realm), 404);
    host = await listing();
  });

  if (long)
    it("P13: that repairs Keycloak deploys it with the warm stack's settings, not with its own configuration's", async function () {
      this.timeout(300_000);
      await rm(appFolder(stateDir, keycloak.domain).repairs, { force: true });
      const env = join(at.abra, "servers", "default", `${keycloak.domain}.env`);
      const before = await readFile(env, "utf8");
      const config = join(folder, "other.yaml");
      const apps = "  hearth:apps: { keycloak: { env: { KC_CACHE: ispn, MOTD: of-the-run } } }\n";
      const own = (await readFile(join(project, "Pulumi.ci.yaml"), "utf8")).replace("config:\n", `config:\n${apps}`);
      await writeFile(config, own);
      await must("docker", "service", "scale", "--detach=false", `${keycloak.stack}_app=0`);
      const done = await hearth(["run", "--recipe", "notes", "--", "true"], { env: { HEARTH_CI_CONFIG: config } });
      assert.equal(done.exitCode, 0, done.all);
      assert.match(done.all, /; redeploying \d/);
      assert.equal(await readFile(env, "utf8"), before);
      host = await listing();
    });

  it("P9: refuses the realm master in lower and upper case", async () => {
    const { provider } = await import("../../providers/realm/provider.ts");
    const swarm = await clusterId();
    for (const name of ["master", "Master"]) {
      const raw = {
        __provider: "x",
        keycloak: { domain: keycloak.domain },
        name,
        run: "notes-000000",
        stateDir: folder,
      };
      assert.match((await provider.check({}, raw)).failures[0]?.reason ?? "", /another realm than master/);
      await assert.rejects(() => provider.delete("id", { ...raw, swarm } as never), { name: "MasterRealmError" });
    }
    assert.equal(await realmStatus("master"), 200);
  });

  it("P9: does not touch a foreign realm", async () => {
    const { provider } = await import("../../providers/realm/provider.ts");
    const { stack, realm, build } = named(`foreign-${Date.now()}`);
    assert.ok(stack);
    const raw = { __provider: "x", keycloak: { domain: keycloak.domain }, name: realm, run: realm, stateDir: folder };
    const inputs = (await provider.check({}, raw)).inputs as never;
    const made = await provider.create(inputs);
    try {
      const other = { ...(inputs as Record<string, unknown>), run: `notes-${build}` } as never;
      await assert.rejects(() => provider.delete(made.id, other), { name: "ForeignRealmError" });
      await assert.rejects(() => provider.create(other), { name: "ForeignRealmError" });
      assert.equal(await realmStatus(realm), 200);
      assert.deepEqual(await provider.read(made.id, other), {});
    } finally {
      await provider.delete(made.id, inputs);
    }
    assert.equal(await realmStatus(realm), 404);
    await provider.delete(made.id, inputs); // absent is success
  });

  it("F19: adopts a realm that its own earlier, unanswered request created", async () => {
    const { provider } = await import("../../providers/realm/provider.ts");
    const { realm } = named(`adopted-${Date.now()}`);
    const raw = { __provider: "x", keycloak: { domain: keycloak.domain }, name: realm, run: realm, stateDir: folder };
    const inputs = (await provider.check({}, raw)).inputs as never;
    const first = await provider.create(inputs);
    const second = await provider.create(inputs); // proves its login before it returns
    assert.notEqual(first.outs.clientSecret, second.outs.clientSecret);
    await provider.delete(second.id, inputs);
  });

  it("gets the lab's certificate from Traefik for every name", async () => {
    const done = await call("curl", [
      "-sS",
      "-o",
      "/dev/null",
      "-w",
      "%{http_code}",
      `https://${traefik.domain}/api/version`,
    ]);
    assert.equal(done.stdout, "200", done.all);
  });
});

async function readVariables(file: string): Promise<Record<string, string>> {
  const lines = (await readFile(file, "utf8")).split("\n").filter(Boolean);
  return Object.fromEntries(lines.map(line => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]));
}

/** The status of a password grant with `user`'s password, in `place`'s realm and for its client. */
async function grant(user: Record<string, string>, place: Record<string, string>): Promise<number> {
  const body = new URLSearchParams({
    grant_type: "password",
    client_id: place["OIDC_CLIENT_ID"]!,
    client_secret: place["OIDC_CLIENT_SECRET"]!,
    username: user["OIDC_USERNAME"]!,
    password: user["OIDC_PASSWORD"]!,
  });
  return (await fetch(`${place["OIDC_ISSUER"]}/protocol/openid-connect/token`, { method: "POST", body })).status;
}
