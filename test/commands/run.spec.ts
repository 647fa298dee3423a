import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { runOf, stackName } from "../../providers/lib/run/names.ts";
import { project } from "../lab/paths.ts";

const flags = ["--recipe", "docs", "--build", "7"];
const stack = stackName(runOf({ recipe: "docs", build: "7" }));
const init = `stack init ${stack} --no-select --non-interactive --color=never`;
const quiet = "--yes --skip-preview --suppress-outputs --suppress-progress --non-interactive --color=never";
const up = `up --stack ${stack} ${quiet}`;
const output = `stack output --stack ${stack} --json --show-secrets --non-interactive --color=never`;
const destroy = `destroy --stack ${stack} ${quiet}`;
const remove = `stack rm ${stack} --yes --remove-backups --non-interactive --color=never`;

describe("hearth run", function () {
  this.timeout(30_000);
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "hearth-command-"));
    for (const name of ["pulumi", "docker"])
      await symlink(join(project, "test/commands/fixtures", name), join(folder, name));
    await mkdir(join(folder, "swarm", "configs"), { recursive: true });
    await writeFile(join(folder, "swarm", "stacks"), "");
    await writeFile(
      join(folder, "ci.yaml"),
      `config:\n  hearth:baseDomain: ci.example.org\n  hearth:stateDir: ${folder}/state\n`,
    );
  });
  afterEach(async () => {
    assert.ok(
      !existsSync(join(project, ".stacks", `Pulumi.${stack}.yaml`)) || existsSync(join(folder, "fail-init")),
      "the stack's configuration is left behind",
    );
    await rm(join(project, ".stacks", `Pulumi.${stack}.yaml`), { force: true });
    await rm(folder, { recursive: true });
  });

  const start = (
    argv: string[],
    env: Record<string, string> = {},
  ): { child: ChildProcess; done: Promise<{ code: number | null; stdout: string; stderr: string }> } => {
    const child = spawn(process.execPath, [join(project, "commands/hearth.mjs"), ...argv], {
      cwd: folder,
      env: {
        ...process.env,
        PATH: `${folder}:${process.env["PATH"]}`,
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
    return { child, done: new Promise(resolve => child.once("close", code => resolve({ code, stdout, stderr }))) };
  };
  const hearth = (argv: string[], env?: Record<string, string>) => start(argv, env).done;
  const calls = async () => (await readFile(join(folder, "calls"), "utf8").catch(() => "")).split("\n").filter(Boolean);
  const fail = (verb: string, message: string) => writeFile(join(folder, `fail-${verb}`), message);

  it("creates the stack, runs the command, and removes the stack", async () => {
    const done = await hearth(["run", ...flags, "--", "sh", "-c", "echo $OIDC_CLIENT_ID; pwd"]);
    assert.equal(done.code, 0, done.stderr);
    assert.equal(done.stdout, `app\n${folder}\n`);
    assert.deepEqual(await calls(), [init, up, output, destroy, remove]);
    assert.match(done.stderr, /hearth: keycloak 1 \(2\.0\.0\), warm/);
  });

  it("refuses a Pulumi that is too old, before it creates anything", async () => {
    const env = { XDG_CACHE_HOME: join(folder, "cache"), FAKE_PULUMI_VERSION: "3.150.0" };
    const done = await hearth(["run", ...flags, "--", "true"], env);
    assert.equal(done.code, 125);
    const install = "hearth needs 3.188.0 or newer (https://www.pulumi.com/docs/install)";
    assert.ok(done.stderr.includes(`pulumi 3.150.0 is too old: ${install}\n`), done.stderr);
    assert.deepEqual(await calls(), []);
  });

  it("ends with the command's exit code, 128 + n for its signal, 126 or 127 if it can't be executed", async () => {
    const code = async (...command: string[]) => (await hearth(["run", ...flags, "--", ...command])).code;
    assert.equal(await code("sh", "-c", "exit 3"), 3);
    assert.equal(await code("sh", "-c", "kill -TERM $$"), 143);
    assert.equal(await code("no-such-command-here"), 127);
    await writeFile(join(folder, "plain"), "x", { mode: 0o644 });
    assert.equal(await code(join(folder, "plain")), 126);
  });

  it("P8: removes the run if starting the command throws, as for an argument that the kernel refuses", async () => {
    const login = { realm: "r", issuer: "https://k.test/r", discoveryUrl: "https://k.test/d", clientId: "app" };
    const outputs = {
      ...login,
      clientSecret: "x".repeat(200_000),
      username: "tester",
      password: "its",
      deployCount: 0,
    };
    const about = { keycloak: "warm", keycloakVersion: "2.0.0+1", keycloakSince: "" };
    await writeFile(join(folder, "outputs"), JSON.stringify({ ...outputs, ...about }));
    const done = await hearth(["run", ...flags, "--", "echo", "ran"]);
    assert.equal(done.code, 126, done.stderr);
    assert.equal(done.stdout, "");
    assert.match(done.stderr, /^hearth: echo: .*E2BIG/m);
    assert.deepEqual(await calls(), [init, up, output, destroy, remove]);
  });

  it("P8: ends the run with 125, and removes it, if its lease is lost and can't be acquired again", async () => {
    await writeFile(join(folder, "no-lease"), "");
    const script = `trap "echo ended; exit 0" TERM; while :; do sleep 0.1; done`;
    const done = await hearth(["run", ...flags, "--", "sh", "-c", script]);
    assert.deepEqual([done.code, done.stdout], [125, "ended\n"], done.stderr);
    assert.match(done.stderr, /^hearth: not your recipe: the lease of docs-\w{6} was lost: .*: ending the run/m);
    assert.deepEqual(await calls(), [init, up, output, destroy, remove]);
  });

  it("P8: removes a failed run that can't be kept", async () => {
    const leave = `rm ${folder}/swarm/configs/*; exit 3`;
    const done = await hearth(["run", ...flags, "--keep", "1h", "--", "sh", "-c", leave]);
    assert.equal(done.code, 3, done.stderr);
    assert.match(done.stderr, /^hearth: warning: docs-\w{6} isn't kept: lease not found$/m);
    assert.deepEqual(await calls(), [init, up, output, destroy, remove]);
  });

  it("passes the command's flags to the command", async () => {
    const done = await hearth(["run", ...flags, "--", "echo", "--recipe", "-x", "start"]);
    assert.equal(done.stdout, "--recipe -x start\n");
  });

  it("F46, P12: forwards only variables that any program needs to run", async () => {
    const secrets = {
      PULUMI_CONFIG_PASSPHRASE: "sentinel",
      AWS_SECRET_ACCESS_KEY: "sentinel",
      GITHUB_TOKEN: "sentinel",
      NPM_TOKEN: "sentinel",
      DOCKER_AUTH_CONFIG: "sentinel",
    };
    const done = await hearth(["run", ...flags, "--env", "MINE=1", "--", "env"], secrets);
    assert.equal(done.code, 0, done.stderr);
    assert.ok(!done.stdout.includes("sentinel"));
    assert.match(done.stdout, /^MINE=1$/m);
    const refused = await hearth(["run", ...flags, "--env", "PULUMI_CONFIG_PASSPHRASE", "--", "env"], secrets);
    assert.equal(refused.code, 125);
    assert.match(refused.stderr, /--env PULUMI_CONFIG_PASSPHRASE: never forwarded to a run's command/);
  });

  it("P8: if up fails, removes the run, doesn't blame the recipe and doesn't run the command", async () => {
    await fail(
      "up",
      "  app:Realm (docs):\n    error: 1 error occurred:\n    \t* keycloak: log in as admin: " +
        "no connection (ECONNREFUSED)\nerror: update failed\n",
    );
    const done = await hearth(["run", ...flags, "--", "echo", "ran"]);
    assert.equal(done.code, 125);
    assert.equal(done.stdout, "");
    assert.match(done.stderr, /^hearth: not your recipe: keycloak: log in as admin: no connection \(ECONNREFUSED\)$/m);
    assert.deepEqual(await calls(), [init, up, destroy, remove]);
  });

  it("doesn't touch a stack that already exists: it belongs to an active run", async () => {
    await fail("init", "error: stack 'x' already exists\n");
    const done = await hearth(["run", ...flags, "--", "true"]);
    assert.equal(done.code, 125);
    assert.match(done.stderr, /not your recipe: a run with this identity is active or was left behind/);
    assert.deepEqual(await calls(), [init]);
    const config = join(project, ".stacks", `Pulumi.${stack}.yaml`);
    await writeFile(config, "encryptionsalt: its\n");
    await writeFile(join(folder, "stacks"), JSON.stringify([{ name: stack }]));
    assert.equal((await hearth(["run", ...flags, "--", "true"])).code, 125);
    assert.equal(
      await readFile(config, "utf8"),
      "encryptionsalt: its\n",
      "the active run's configuration is unchanged",
    );
  });

  it("logs a failed teardown as a warning and returns the command's exit code", async () => {
    await fail("destroy", "error: the realm is still there\n");
    const done = await hearth(["run", ...flags, "--", "sh", "-c", "exit 4"]);
    assert.equal(done.code, 4);
    assert.match(done.stderr, new RegExp(`warning: ${stack} not removed: the realm is still there`));
    await rm(join(project, ".stacks", `Pulumi.${stack}.yaml`));
  });

  const until = async (file: string) => {
    for (let i = 0; i < 100 && !existsSync(join(folder, file)); i++) await sleep(50);
    assert.ok(existsSync(join(folder, file)), file);
  };

  it("P8: on Ctrl-C during up, interrupts Pulumi once and removes the run", async () => {
    await writeFile(join(folder, "slow-up"), "");
    const { child, done } = start(["run", ...flags, "--", "echo", "ran"]);
    await until("began-up");
    child.kill("SIGINT");
    const { code, stdout } = await done;
    assert.equal(code, 130);
    assert.equal(stdout, "");
    assert.deepEqual(await calls(), [init, up, "providers told", "stopped", destroy, remove]);
  });

  for (const [signal, code] of [
    ["SIGINT", 130],
    ["SIGTERM", 143],
    ["SIGHUP", 129],
  ] as const) {
    it(`P8: ${signal} during the command is forwarded to it, and the run is removed`, async () => {
      const script = `trap "echo forwarded; exit 0" INT TERM HUP; : > ${folder}/began-command; while :; do sleep 0.1; done`;
      const { child, done } = start(["run", ...flags, "--", "sh", "-c", script]);
      await until("began-command");
      child.kill(signal);
      const ended = await done;
      assert.equal(ended.code, code, ended.stderr);
      assert.equal(ended.stdout, "forwarded\n");
      assert.deepEqual((await calls()).slice(-2), [destroy, remove]);
    });
  }

  it("continues its teardown after a second Ctrl-C", async () => {
    await writeFile(join(folder, "slow-destroy"), "");
    const { child, done } = start(["run", ...flags, "--", "true"]);
    await until("began-destroy");
    child.kill("SIGINT");
    await sleep(200);
    child.kill("SIGINT");
    await sleep(200);
    assert.equal(child.exitCode, null);
    await rm(join(folder, "slow-destroy"));
    const { stderr } = await done;
    assert.match(stderr, /is being removed; a further signal leaves the rest behind/);
    assert.equal((await calls()).at(-1), remove);
  });

  it("start prints the variables, or writes them to a private file; stop removes the run, absent or not", async () => {
    const printed = await hearth(["run", "start", ...flags]);
    assert.equal(printed.code, 0, printed.stderr);
    assert.match(printed.stdout, /^OIDC_ISSUER=https:\/\/k\.test\/realms\/r$/m);
    assert.match((await hearth(["run", "start", ...flags, "--json"])).stdout, /"OIDC_CLIENT_SECRET": "its-secret"/);
    const file = join(folder, "run.env");
    await writeFile(file, "everybody's", { mode: 0o666 });
    const written = await hearth(["run", "start", ...flags, "--output", file]);
    assert.equal((await stat(file)).mode & 0o777, 0o600);
    assert.ok(!`${written.stdout}${written.stderr}`.includes("its-secret"));
    await rm(join(folder, "calls"));
    const stopped = await hearth(["run", "stop", ...flags]);
    assert.equal(stopped.code, 0);
    assert.match(stopped.stderr, /not found: nothing to do/);
    assert.deepEqual(await calls(), ["stack ls --json --non-interactive --color=never"]);
    await rm(join(project, ".stacks", `Pulumi.${stack}.yaml`));
  });

  it("start and stop require an identity that both can derive", async () => {
    const clean = { DRONE: "", GITHUB_ACTIONS: "", GITLAB_CI: "", CI_PIPELINE_NUMBER: "" };
    for (const verb of ["start", "stop"]) {
      const done = await hearth(["run", verb, "--recipe", "docs"], clean);
      assert.equal(done.code, 125);
      assert.match(done.stderr, /give --build, --pr or --ref/);
    }
  });

  it("rejects wrong flags with a message", async () => {
    assert.match((await hearth(["run", "--", "true"])).stderr, /--recipe is missing/);
    const without = await hearth(["run", "--recipe", "docs"]);
    assert.equal(without.code, 125, "a wrong flag must not look like the command's exit code");
    assert.match(without.stderr, /^error: missing required argument 'command'$/m);
    assert.equal((await hearth(["pending", "--no-such-flag"])).code, 1);
    assert.equal((await hearth(["--version"])).code, 0);
    const help = await hearth(["run", "--help"]);
    assert.equal(help.code, 0);
    assert.match(help.stdout, /125 if hearth couldn't create the run/);
  });

  it("refuses a checkout that isn't there or is no recipe, before it creates anything", async () => {
    await writeFile(join(folder, "file"), "");
    for (const [checkout, why] of [
      ["none", "folder .*/none not found"],
      ["file", ".*/file is not a folder"],
      [".", ".* has no compose.yml: expected a recipe"],
    ])
      for (const argv of [
        ["run", ...flags, "--checkout", checkout!, "--", "echo", "ran"],
        ["run", "start", ...flags, "--checkout", checkout!],
      ]) {
        const done = await hearth(argv);
        assert.equal(done.code, 125);
        assert.match(done.stderr, new RegExp(`^hearth: --checkout: ${why}$`, "m"));
        assert.deepEqual(await calls(), []);
        assert.equal(existsSync(join(folder, "state")), false);
      }
  });

  it("finds the operator's abra and Pulumi folders if the CI gives it a temporary HOME; the command gets that", async () => {
    const home = join(folder, "drone-x", "home", "drone");
    await mkdir(home, { recursive: true });
    const env = { HOME: home, ABRA_DIR: "", PULUMI_HOME: "", DOCKER_CONFIG: "" };
    const done = await hearth(["run", ...flags, "--", "sh", "-c", "echo $HOME; env"], env);
    assert.equal(done.code, 0, done.stderr);
    assert.ok(done.stdout.startsWith(`${home}\n`));
    assert.doesNotMatch(done.stdout, /^(ABRA_DIR|PULUMI_HOME|DOCKER_CONFIG)=/m);
  });

  it("gives Pulumi a private copy of the HEARTH_CI_CONFIG file with the values of its flags", async () => {
    await mkdir(join(folder, "tree"));
    await writeFile(join(folder, "tree", "compose.yml"), "services: {}\n");
    const before = await readFile(join(folder, "ci.yaml"), "utf8");
    const copy = join(project, ".stacks", `Pulumi.${stack}.yaml`);
    const shown = ["sh", "-c", `cat ${copy}; stat -c %a ${copy}`];
    assert.equal((await hearth(["run", ...flags, "--", ...shown])).stdout, `${before}600\n`);
    const more = await hearth(["run", ...flags, "--checkout", "tree", "--keycloak", "dedicated", "--", ...shown]);
    assert.equal(more.stdout, `${before}  hearth:checkout: ${folder}/tree\n  hearth:keycloak: dedicated\n600\n`);
    assert.equal(await readFile(join(folder, "ci.yaml"), "utf8"), before);
  });

  it("has no salt in Pulumi.ci.yaml, which would make another passphrase incorrect", async () => {
    assert.ok(!/^encryptionsalt/m.test(await readFile(join(project, "Pulumi.ci.yaml"), "utf8")));
  });
});
