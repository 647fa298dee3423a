import assert from "node:assert/strict";
import { readdir, readFile, stat, symlink, writeFile, mkdir } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { liveHost } from "../../providers/runApp/liveHost.ts";
import { withAppLock } from "../../providers/runApp/lock.ts";
import { pathsOf } from "../../providers/runApp/paths.ts";
import type { CheckedRunApp } from "../../providers/runApp/inputs.ts";
import { ensureOwnProgram } from "../lab/ownPrograms.ts";
import { project } from "../lab/paths.ts";
import { compose, createFixture, sample, type Fixture } from "./fixture.ts";

/** Uses the lab's abra and a fake docker that keeps its state in files. */
describe("deploying a run's app", function () {
  this.timeout(60_000);
  let abra: string;
  let fixture: Fixture;
  let docker: string;
  let lines: string[];
  const variables = { PATH: process.env["PATH"], DOCKER_CONFIG: process.env["DOCKER_CONFIG"] };

  before(async function () {
    this.timeout(300_000);
    abra = await ensureOwnProgram("abra");
  });
  beforeEach(async () => {
    fixture = await createFixture();
    lines = [];
    docker = join(fixture.root, "docker");
    const bin = join(fixture.root, "bin");
    for (const folder of [docker, bin]) await mkdir(folder);
    await symlink(join(project, "test/lab/abra/fixtures/docker"), join(bin, "docker"));
    await symlink(abra, join(bin, "abra"));
    Object.assign(process.env, { PATH: `${bin}${delimiter}${variables.PATH}`, DOCKER_CONFIG: docker });
  });
  afterEach(async () => {
    process.env["PATH"] = variables.PATH;
    if (variables.DOCKER_CONFIG === undefined) delete process.env["DOCKER_CONFIG"];
    else process.env["DOCKER_CONFIG"] = variables.DOCKER_CONFIG;
    await fixture.cleanUp();
  });

  const log = (line: string) => void lines.push(line);
  const deploy = (app: CheckedRunApp, renew: readonly string[] = []) =>
    withAppLock(app, log, async ({ fd }) => (await liveHost(app, fd, log)).deploy(renew));
  const env = (app: CheckedRunApp) => readFile(pathsOf(app).env, "utf8");
  const stacks = async () =>
    JSON.parse(await readFile(join(docker, "stacks"), "utf8")) as Record<
      string,
      { texts: string[]; env: Record<string, string> }
    >;
  const secret = (name: string) => readFile(join(docker, `secret-web-0a1b2c_ci_test_${name}`), "utf8");
  const calls = () => readFile(join(docker, "calls"), "utf8");

  it("uses the run's own abra folder, and a private .env from the sample at the tag", async () => {
    await fixture.release("1.10.0+1.1", {
      "compose.yml": compose("1.1"),
      ".env.sample": sample.replace("GREETING=hello", "GREETING=hello\nNEW=1"),
    });
    const app = fixture.app({ env: { GREETING: "good 'day" }, secretValues: { oidc: "s3cret" } });
    await deploy(app);
    const stack = (await stacks())["web-0a1b2c_ci_test"]!;
    assert.match(stack.texts[0]!, /nginx:1\.0/);
    assert.equal(stack.env["GREETING"], "good 'day");
    assert.equal(
      await env(app),
      sample
        .replace("TYPE=web", "TYPE=web:1.9.0+1.0")
        .replace("web.example.com", "web-0a1b2c.ci.test")
        .replace("ENV=production", "ENV=")
        .replace("GREETING=hello", `GREETING="good 'day"`),
    );
    assert.equal((await stat(pathsOf(app).env)).mode & 0o777, 0o600);
    assert.deepEqual(await readdir(fixture.operator), ["catalogue"], "the operator's folder stays untouched");
    assert.deepEqual(lines.at(-1), "web: deploying 1.9.0+1.0");
  });

  it("P12: passes secret values through a temporary file, never in argv, and generates the others", async () => {
    await writeFile(join(fixture.root, "pass"), "from-a-file");
    const app = fixture.app({ secretValues: { oidc: "s3cret" } });
    await deploy(app);
    assert.equal(await secret("oidc_v1"), "s3cret");
    assert.match(await secret("pass_v1"), /^\w{12}$/);
    assert.ok(!(await calls()).includes("s3cret"));
    assert.ok(!lines.join().includes("s3cret"));
    assert.deepEqual((await readdir(pathsOf(app).folder)).toSorted(), ["abra", "web-0a1b2c.lock", "web.clone.lock"]);
    const again = fixture.app({
      secretValues: { oidc: "another", none: "unwanted" },
      secrets: { pass: { file: join(fixture.root, "pass") } },
    });
    await deploy(again);
    assert.equal(await secret("oidc_v1"), "s3cret", "an existing secret stays");
    await deploy(again, ["oidc", "pass"]);
    assert.deepEqual([await secret("oidc_v1"), await secret("pass_v1")], ["another", "from-a-file"]);
    assert.match(lines.join("\n"), /not inserted, no compose file uses the secret none/);
  });

  it("creates secrets by the names in the compose files, whatever the variables of their versions are called", async () => {
    const [cert, key] = ["SECRET_WILDCARD_CERT_VERSION", "SECRET_KEY_VERSION"];
    await fixture.release("1.10.0+1.1", {
      "compose.yml": compose("1.1")
        .replace("_oidc_${SECRET_OIDC_VERSION}", `_ssl_cert_\${${cert}}`)
        .replace("_pass_${SECRET_PASS_VERSION}", `_ssl_key_\${${key}:-v3}`),
      ".env.sample": `${sample}\n${cert}=v2 # generate=false\n#${key}=v3\n`,
    });
    await deploy(fixture.app({ version: "1.10.0+1.1", secretValues: { ssl_cert: "s3cret" } }));
    assert.equal(await secret("ssl_cert_v2"), "s3cret");
    assert.match(await secret("ssl_key_v3"), /^\w{40}$/);
    const other = fixture.app({ version: "1.10.0+1.1", domain: "web-ffffff.ci.test" });
    await assert.rejects(deploy(other), {
      name: "MissingSecretError",
      message:
        "web: secret ssl_cert not found, and abra can't generate it (generate=false): configure the file that holds it, " +
        "or run abra app secret insert web-ffffff.ci.test ssl_cert v2",
    });
  });

  it("refuses a secret's version that a second comment on its line has spoilt", async () => {
    await fixture.release("1.10.0+1.1", {
      "compose.yml": compose("1.1"),
      ".env.sample": sample.replace("length=12", "length=12 # charset=hex"),
    });
    const app = fixture.app({ version: "1.10.0+1.1", secretValues: { oidc: "s3cret" } });
    await assert.rejects(deploy(app), {
      name: "MissingSecretError",
      message:
        'web: secret pass has the version "v1 # length=12": expected one such as v1 in SECRET_PASS_VERSION in the .env ' +
        "of web-0a1b2c.ci.test; a line may have one comment",
    });
  });

  it("never creates an external secret with a fixed name", async () => {
    const fixed = compose("1.1").replace("${STACK_NAME}_oidc_${SECRET_OIDC_VERSION}", "shared_tls_v1");
    await fixture.release("1.10.0+1.1", { "compose.yml": fixed });
    const app = fixture.app({ version: "1.10.0+1.1" });
    await assert.rejects(deploy(app), {
      message: "web: secret shared_tls_v1 not found and not part of stack web-0a1b2c_ci_test: create it by hand",
    });
  });

  it("resets a variable that is no longer set to the value in the new version's sample", async () => {
    await fixture.release("1.10.0+1.1", {
      "compose.yml": compose("1.1"),
      ".env.sample": sample.replace("GREETING=hello", "GREETING=hello\nNEW=1"),
    });
    const secretValues = { oidc: "s3cret" };
    await deploy(fixture.app({ env: { GREETING: "one" }, secretValues }));
    await deploy(fixture.app({ version: "1.10.0+1.1", secretValues }));
    const stack = (await stacks())["web-0a1b2c_ci_test"]!;
    assert.match(stack.texts[0]!, /nginx:1\.1/);
    assert.deepEqual([stack.env["GREETING"], stack.env["NEW"]], ["hello", "1"]);
  });

  it("deploys a checkout with its uncommitted changes, in chaos mode", async () => {
    const checkout = join(fixture.root, "mine");
    await fixture.git(fixture.root, "clone", "--quiet", fixture.upstream, checkout);
    await fixture.write(checkout, { "compose.yml": compose("7.7"), untracked: "" });
    await deploy(fixture.app({ version: "latest", checkout, secretValues: { oidc: "s3cret" } }));
    const { texts } = (await stacks())["web-0a1b2c_ci_test"]!;
    assert.match(texts[0]!, /nginx:7\.7/);
    assert.match(texts.at(-1)!, /chaos: "true"/);
    assert.match(texts.at(-1)!, /chaos-version: "?[0-9a-f]{8}\+U/);
    assert.equal(lines.at(-1), `web: deploying ${checkout}`);
    assert.deepEqual(
      await readdir(fixture.state),
      ["runs"],
      "no mirror is created: the recipe may not be released yet",
    );
  });

  it("doesn't interfere with other runs of the recipe, nor with other apps of the run", async () => {
    await fixture.release("1.10.0+1.1", { "compose.yml": compose("1.1") });
    const secretValues = { oidc: "s3cret" };
    const other = fixture.app({ run: "web-ffffff", domain: "web-ffffff.ci.test", version: "1.10.0+1.1", secretValues });
    const beside = fixture.app({ domain: "sso-0a1b2c.ci.test", version: "1.10.0+1.1", secretValues });
    const ended = await Promise.allSettled([deploy(fixture.app({ secretValues })), deploy(other), deploy(beside)]);
    assert.deepEqual(
      ended.flatMap(one => (one.status === "rejected" ? [one.reason] : [])),
      [],
    );
    const images = Object.fromEntries(
      Object.entries(await stacks()).map(([name, { texts }]) => [name, /nginx:\S+/.exec(texts[0]!)![0]]),
    );
    assert.deepEqual(images, {
      "web-0a1b2c_ci_test": "nginx:1.0",
      "web-ffffff_ci_test": "nginx:1.1",
      "sso-0a1b2c_ci_test": "nginx:1.1",
    });
  });

  it("F8: fails with abra's own message", async () => {
    const app = fixture.app({ secretValues: { oidc: "s3cret", pass: "s3cret" } });
    await fixture.release("1.10.0+1.1", {
      "compose.yml": compose("1.1").replace("    environment:", "    no_such_key: 1\n$&"),
    });
    await assert.rejects(deploy({ ...app, version: "1.10.0+1.1" }), { name: "AbraError", kind: "compose file" });
  });
});
