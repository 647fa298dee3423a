import assert from "node:assert/strict";
import { readdir, readFile, stat, symlink, writeFile, mkdir } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { liveHost } from "../../providers/runApp/liveHost.ts";
import { locked } from "../../providers/runApp/locked.ts";
import { pathsOf } from "../../providers/runApp/paths.ts";
import type { RunApp } from "../../providers/app/inputs.ts";
import { project } from "../lab/paths.ts";
import { compose, ground, sample, type Ground } from "./fixture.ts";

/** The lab's abra, on a docker that is made of files. */
describe("a run's app deployed", function () {
  this.timeout(60_000);
  let on: Ground;
  let docker: string;
  let said: string[];
  const before = { PATH: process.env["PATH"], DOCKER_CONFIG: process.env["DOCKER_CONFIG"] };

  beforeEach(async () => {
    on = await ground();
    said = [];
    docker = join(on.root, "docker");
    const bin = join(on.root, "bin");
    for (const folder of [docker, bin]) await mkdir(folder);
    await symlink(join(project, "test/lab/abra/fixtures/docker"), join(bin, "docker"));
    await symlink(join(project, "test/lab/abra/abra"), join(bin, "abra"));
    Object.assign(process.env, { PATH: `${bin}${delimiter}${before.PATH}`, DOCKER_CONFIG: docker });
  });
  afterEach(async () => {
    process.env["PATH"] = before.PATH;
    if (before.DOCKER_CONFIG === undefined) delete process.env["DOCKER_CONFIG"];
    else process.env["DOCKER_CONFIG"] = before.DOCKER_CONFIG;
    await on.end();
  });

  const say = (line: string) => void said.push(line);
  const deploy = (app: RunApp, renew: readonly string[] = []) =>
    locked(app, say, async ({ fd }) => (await liveHost(app, fd, say)).deploy(renew));
  const env = (app: RunApp) => readFile(pathsOf(app).env, "utf8");
  const stacks = async () =>
    JSON.parse(await readFile(join(docker, "stacks"), "utf8")) as Record<
      string,
      { texts: string[]; env: Record<string, string> }
    >;
  const secret = (name: string) => readFile(join(docker, `secret-web-0a1b2c_ci_test_${name}`), "utf8");
  const calls = () => readFile(join(docker, "calls"), "utf8");

  it("lies in the run's own abra folder, by tag, its .env from that tag's sample and its owner's alone", async () => {
    await on.release("1.10.0+1.1", {
      "compose.yml": compose("1.1"),
      ".env.sample": sample.replace("GREETING=hello", "GREETING=hello\nNEW=1"),
    });
    const app = on.app({ env: { GREETING: "good 'day" }, secretValues: { oidc: "s3cret" } });
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
    assert.deepEqual(await readdir(on.operator), ["catalogue"], "nothing of a run lies with the operator");
    assert.deepEqual(said.at(-1), "web: deploying 1.9.0+1.0");
  });

  it("P12: gets the values that are given from a file that is gone afterwards, and in no argv; what it also wants is generated", async () => {
    await writeFile(join(on.root, "pass"), "from-a-file");
    const app = on.app({ secretValues: { oidc: "s3cret" } });
    await deploy(app);
    assert.equal(await secret("oidc_v1"), "s3cret");
    assert.match(await secret("pass_v1"), /^\w{12}$/);
    assert.ok(!(await calls()).includes("s3cret"));
    assert.ok(!said.join().includes("s3cret"));
    assert.deepEqual((await readdir(pathsOf(app).folder)).toSorted(), ["abra", "web-0a1b2c.lock", "web.clone.lock"]);
    const again = on.app({
      secretValues: { oidc: "another", none: "unwanted" },
      secrets: { pass: { file: join(on.root, "pass") } },
    });
    await deploy(again);
    assert.equal(await secret("oidc_v1"), "s3cret", "what is there stays");
    await deploy(again, ["oidc", "pass"]);
    assert.deepEqual([await secret("oidc_v1"), await secret("pass_v1")], ["another", "from-a-file"]);
    assert.match(said.join("\n"), /no compose file of it wants the secret none/);
  });

  it("follows its inputs: what isn't set any more is the recipe's again, and another version brings its own sample", async () => {
    await on.release("1.10.0+1.1", {
      "compose.yml": compose("1.1"),
      ".env.sample": sample.replace("GREETING=hello", "GREETING=hello\nNEW=1"),
    });
    const secretValues = { oidc: "s3cret" };
    await deploy(on.app({ env: { GREETING: "one" }, secretValues }));
    await deploy(on.app({ version: "1.10.0+1.1", secretValues }));
    const stack = (await stacks())["web-0a1b2c_ci_test"]!;
    assert.match(stack.texts[0]!, /nginx:1\.1/);
    assert.deepEqual([stack.env["GREETING"], stack.env["NEW"]], ["hello", "1"]);
  });

  it("comes from a checkout as it lies there, by chaos", async () => {
    const checkout = join(on.root, "mine");
    await on.git(on.root, "clone", "--quiet", on.upstream, checkout);
    await on.write(checkout, { "compose.yml": compose("7.7"), untracked: "" });
    await deploy(on.app({ version: "latest", checkout, secretValues: { oidc: "s3cret" } }));
    const { texts } = (await stacks())["web-0a1b2c_ci_test"]!;
    assert.match(texts[0]!, /nginx:7\.7/);
    assert.match(texts.at(-1)!, /chaos: "true"/);
    assert.match(texts.at(-1)!, /chaos-version: "?[0-9a-f]{8}\+U/);
    assert.equal(said.at(-1), `web: deploying ${checkout}`);
    assert.deepEqual(await readdir(on.state), ["runs"], "no mirror was asked: it may be released nowhere yet");
  });

  it("meets no other run of its recipe, nor another app of its own run", async () => {
    await on.release("1.10.0+1.1", { "compose.yml": compose("1.1") });
    const secretValues = { oidc: "s3cret" };
    const other = on.app({ run: "web-ffffff", domain: "web-ffffff.ci.test", version: "1.10.0+1.1", secretValues });
    const beside = on.app({ domain: "sso-0a1b2c.ci.test", version: "1.10.0+1.1", secretValues });
    const ended = await Promise.allSettled([deploy(on.app({ secretValues })), deploy(other), deploy(beside)]);
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

  it("F8: fails with abra's own word", async () => {
    const app = on.app({ secretValues: { oidc: "s3cret" } });
    await on.release("1.10.0+1.1", {
      "compose.yml": compose("1.1").replace("- GREETING=${GREETING}", "- BROKEN: { not: text }"),
    });
    await assert.rejects(deploy({ ...app, version: "1.10.0+1.1" }), { name: "AbraError", kind: "compose file" });
  });
});
