// The contract between hearth and abra. ABRA_UNDER_TEST=<path> checks another abra, such as the real one.
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { chmod, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { execa } from "execa";
import { ensureOwnProgram } from "../ownPrograms.ts";
import { project } from "../paths.ts";

const sample =
  "TYPE=web\n\nDOMAIN=web.example.com\n" +
  "SECRET_PASS_VERSION=v1 # length=12 charset=hex\nSECRET_OWN_VERSION=v1 # generate=false\n\n#COMPOSE_FILE=";
const compose = (version: string) => `version: "3.8"
services:
  app:
    image: nginx:${version}
    environment:
      - A=\${A}
    secrets: [pass]
    deploy:
      labels:
        - "coop-cloud.\${STACK_NAME}.version=1.0.0+1.0"
configs:
  conf:
    name: \${STACK_NAME}_conf_\${CONF_VERSION}
    file: conf.tmpl
secrets:
  pass:
    external: true
    name: \${STACK_NAME}_pass_\${SECRET_PASS_VERSION}
`;

describe("abra's contract with hearth", function () {
  this.timeout(30_000);
  let underTest: string;
  let root: string;
  let abraDir: string;
  let upstream: string;
  let fake: string;
  const env = () => ({ ABRA_DIR: abraDir, DOCKER_CONFIG: fake, PATH: `${join(root, "bin")}:${process.env["PATH"]}` });

  const abra = async (...argv: string[]) => {
    const done = await execa(underTest, argv, { env: env(), reject: false, stdin: "ignore" });
    return { exitCode: done.exitCode, stdout: done.stdout, stderr: done.stderr };
  };
  const succeeds = async (...argv: string[]) => {
    const done = await abra(...argv);
    assert.equal(done.exitCode, 0, done.stdout);
    return done.stdout;
  };
  const fails = async (pattern: RegExp, ...argv: string[]) => {
    const done = await abra(...argv);
    assert.deepEqual({ exitCode: done.exitCode, stderr: done.stderr }, { exitCode: 1, stderr: "" }, done.stdout);
    assert.match(done.stdout, /^FATA /m);
    assert.match(done.stdout, pattern);
  };
  const git = (cwd: string, ...argv: string[]) =>
    execa("git", ["-c", "user.name=t", "-c", "user.email=t@t.test", "-c", "tag.gpgSign=false", ...argv], { cwd });
  const release = async (version: string, files: Record<string, string>, annotated = true) => {
    for (const [name, text] of Object.entries(files)) {
      await mkdir(dirname(join(upstream, name)), { recursive: true });
      await writeFile(join(upstream, name), text);
    }
    await git(upstream, "add", "-A");
    await git(upstream, "commit", "--quiet", "--allow-empty", "-m", version);
    await git(upstream, "tag", ...(annotated ? ["-a", "-m", version] : []), version);
  };
  const calls = async () =>
    (await readFile(join(fake, "calls"), "utf8"))
      .trim()
      .split("\n")
      .map(line => JSON.parse(line) as string[]);
  const deployed = async () =>
    (
      JSON.parse(await readFile(join(fake, "stacks"), "utf8").catch(() => "{}")) as Record<
        string,
        { texts: string[]; env: Record<string, string> }
      >
    )["a_test"];
  const envFile = () => join(abraDir, "servers", "default", "a.test.env");
  const clone = () => join(abraDir, "recipes", "web");
  const createApp = async () => {
    await succeeds("app", "new", "web", "-n", "--domain=a.test", "--server=default", "--secrets");
  };
  const editEnv = async (edit: (text: string) => string) =>
    writeFile(envFile(), edit(await readFile(envFile(), "utf8")));

  before(async function () {
    this.timeout(300_000);
    underTest = process.env["ABRA_UNDER_TEST"] ?? (await ensureOwnProgram("abra"));
  });
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), "abra-contract-"));
    [abraDir, upstream, fake] = [join(root, "abra"), join(root, "web"), join(root, "docker")];
    for (const folder of [join(abraDir, "catalogue"), upstream, fake, join(root, "bin")])
      await mkdir(folder, { recursive: true });
    await symlink(join(project, "test/lab/abra/fixtures/docker"), join(root, "bin", "docker"));
    await git(upstream, "init", "--quiet", "-b", "main");
    await release("1.9.0+1.0", {
      ".env.sample": sample,
      "abra.sh": "export CONF_VERSION=v3\n",
      "conf.tmpl": "x",
      "compose.yml": compose("1.0"),
    });
    await release("1.10.0+1.1", { "compose.yml": compose("1.1") });
    await writeFile(
      join(abraDir, "catalogue", "recipes.json"),
      JSON.stringify({ web: { name: "web", repository: `file://${upstream}` } }),
    );
    await succeeds("server", "add", "--local");
    await succeeds("recipe", "fetch", "web");
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  it("prints its version as a tag and a commit", async () => {
    assert.match(await succeeds("--version"), /^abra version \d+\.\d+\.\d+(-\w+)?-[0-9a-f]{7,}$/);
  });

  it("names the local server default", async () => {
    assert.deepEqual(
      (JSON.parse(await succeeds("server", "ls", "-m")) as { name: string }[]).map(server => server.name),
      ["default"],
    );
  });

  it("creates an app from the sample, changing only TYPE and DOMAIN, without adding a final newline", async () => {
    await succeeds("app", "new", "web", "-n", "--domain=a.test", "--server=default");
    assert.equal(
      await readFile(envFile(), "utf8"),
      sample.replace("TYPE=web", "TYPE=web:1.10.0+1.1").replace("web.example.com", "a.test"),
    );
    await fails(/already exists/, "app", "new", "web", "-n", "--domain=a.test", "--server=default");
  });

  it("checks out the newest release tag, by semver and not as text", async () => {
    await createApp();
    assert.equal((await git(clone(), "describe", "--tags", "--exact-match")).stdout, "1.10.0+1.1");
    assert.deepEqual(JSON.parse(await succeeds("recipe", "versions", "web", "-m")), ["1.10.0+1.1", "1.9.0+1.0"]);
  });

  it("generates secrets as the .env specifies, and fails for an existing one", async () => {
    await succeeds("app", "new", "web", "-n", "--domain=a.test", "--server=default");
    await succeeds("app", "secret", "generate", "a.test", "--all");
    assert.match(await readFile(join(fake, "secret-a_test_pass_v1"), "utf8"), /^[0-9a-f]{12}$/);
    assert.ok(!existsSync(join(fake, "secret-a_test_own_v1")), "generate=false");
    await fails(/already exists/, "app", "secret", "generate", "a.test", "pass", "v1");
  });

  it("takes a secret's name from the compose file, its modifiers from the variable of its version", async () => {
    const cert = `services:
  app:
    secrets: [ssl_cert]
secrets:
  ssl_cert:
    external: true
    name: \${STACK_NAME}_ssl_cert_\${SECRET_WILDCARD_CERT_VERSION}
`;
    await release("1.11.0+1.1", { "compose.cert.yml": `version: "3.8"\n${cert}` });
    await succeeds("app", "new", "web", "-n", "--domain=a.test", "--server=default");
    await editEnv(
      text => `${text}\nCOMPOSE_FILE=compose.yml:compose.cert.yml\nSECRET_WILDCARD_CERT_VERSION=v2 # length=7\n`,
    );
    await succeeds("app", "secret", "generate", "a.test", "--all");
    assert.match(await readFile(join(fake, "secret-a_test_ssl_cert_v2"), "utf8"), /^[A-Za-z0-9]{7}$/);
    await succeeds("app", "secret", "generate", "a.test", "ssl_cert", "v3");
    assert.match(await readFile(join(fake, "secret-a_test_ssl_cert_v3"), "utf8"), /^[A-Za-z0-9]{7}$/);
    const listed = JSON.parse(await succeeds("app", "secret", "list", "a.test", "-m")) as Record<string, string>[];
    assert.deepEqual(
      listed.map(secret => secret["generated-name"]),
      ["a_test_pass_v1", "a_test_own_v1", "a_test_ssl_cert_v2"],
    );
    await succeeds("app", "deploy", "a.test", "-n", "-o", "-c");
    await editEnv(text => text.replace("CERT_VERSION=v2", "CERT_VERSION=v4"));
    await fails(/secret not generated: ssl_cert/, "app", "deploy", "a.test", "-n", "-o", "-f", "-c");
  });

  it("inserts a secret from a file with -f, without its value in any argv", async () => {
    await succeeds("app", "new", "web", "-n", "--domain=a.test", "--server=default");
    await writeFile(join(root, "value"), "s3cret");
    await succeeds("app", "secret", "insert", "a.test", "own", "v1", join(root, "value"), "-f");
    assert.equal(await readFile(join(fake, "secret-a_test_own_v1"), "utf8"), "s3cret");
    assert.ok(!JSON.stringify(await calls()).includes("s3cret"));
    const listed = JSON.parse(await succeeds("app", "secret", "list", "a.test", "-m")) as Record<string, string>[];
    assert.deepEqual(
      listed.map(secret => [secret["name"], secret["created-on-server"]]),
      [
        ["pass", "false"],
        ["own", "true"],
      ],
    );
    await succeeds("app", "secret", "rm", "a.test", "own", "-n");
    assert.ok(!(await readFile(join(fake, "secrets"), "utf8")).includes("own"));
  });

  it("rejects secret names that exceed Swarm's limit", async () => {
    const domain = `${"long-name".repeat(5)}.test`;
    await succeeds("app", "new", "web", "-n", `--domain=${domain}`, "--server=default");
    await writeFile(join(root, "value"), "x");
    await fails(/64/, "app", "secret", "insert", domain, "a".repeat(30), "v1", join(root, "value"), "-f");
  });

  it("deploys a tag, interpolating the .env, STACK_NAME and the exports of abra.sh", async () => {
    await createApp();
    await editEnv(text => text.replace("#COMPOSE_FILE=", "A='a b' # why\n#COMPOSE_FILE="));
    await succeeds("app", "deploy", "a.test", "1.9.0+1.0", "-n", "-o", "-f", "-c");
    const stack = await deployed();
    assert.match(stack!.texts[0]!, /nginx:1\.0/);
    assert.deepEqual(
      [stack!.env["STACK_NAME"], stack!.env["CONF_VERSION"], stack!.env["A"], stack!.env["DOMAIN"]],
      ["a_test", "v3", "a b", "a.test"],
    );
    const argv = (await calls()).find(call => call[1] === "deploy")!;
    assert.deepEqual(argv.slice(0, 2), ["stack", "deploy"]);
    assert.equal(argv.at(-1), "a_test");
  });

  it("deploys with tags resolved to digests, and removes no services", async () => {
    await createApp();
    await succeeds("app", "deploy", "a.test", "-n", "-o", "-c");
    const argv = (await calls()).find(call => call[1] === "deploy")!;
    assert.deepEqual(argv.slice(2, 5), ["--detach=true", "--resolve-image", "always"]);
    assert.ok(!argv.includes("--prune"));
  });

  it("merges the files of a COMPOSE_FILE that names itself, also from subfolders", async () => {
    const overlay = (name: string) => `version: "3.8"\nservices:\n  ${name}:\n    image: ${name}:1\n`;
    await release("1.11.0+1.1", { "compose.db.yml": overlay("db"), "more/compose.cache.yml": overlay("cache") });
    await createApp();
    const files = ["compose.yml", "$COMPOSE_FILE:compose.db.yml", "$COMPOSE_FILE:more/compose.cache.yml"];
    await editEnv(text => [text, ...files.map(each => `COMPOSE_FILE="${each}"`)].join("\n"));
    await succeeds("app", "deploy", "a.test", "-n", "-o", "-c");
    const { texts, env: variables } = (await deployed())!;
    assert.equal(variables["COMPOSE_FILE"], "compose.yml:compose.db.yml:more/compose.cache.yml");
    assert.deepEqual(
      texts.slice(0, -1).map(text => /image: (\w+)/.exec(text)?.[1]),
      ["nginx", "db", "cache"],
    );
  });

  it("rewrites only TYPE after a deploy, and deploys TYPE's version the next time", async () => {
    await createApp();
    const before = await readFile(envFile(), "utf8");
    await succeeds("app", "deploy", "a.test", "1.9.0+1.0", "-n", "-o", "-c");
    assert.equal(await readFile(envFile(), "utf8"), before.replace("1.10.0+1.1", "1.9.0+1.0"));
    await succeeds("app", "deploy", "-n", "-o", "-f", "-c", "a.test");
    assert.match((await deployed())!.texts[0]!, /nginx:1\.0/, "flags may stand before the positionals");
  });

  it("reads the recipe from RECIPE too, before TYPE, and writes the version there", async () => {
    await createApp();
    const before = (await readFile(envFile(), "utf8")).replace("TYPE=web:1.10.0+1.1", "RECIPE=web");
    await writeFile(envFile(), before);
    await succeeds("app", "deploy", "a.test", "1.9.0+1.0", "-n", "-o", "-c");
    assert.equal(await readFile(envFile(), "utf8"), before.replace("RECIPE=web", "RECIPE=web:1.9.0+1.0"));
    await editEnv(text => `TYPE=other:1.0.0+1\n${text}`);
    await succeeds("app", "deploy", "a.test", "-n", "-o", "-f", "-c");
    assert.match((await deployed())!.texts[0]!, /nginx:1\.0/);
    assert.match(await readFile(envFile(), "utf8"), /^TYPE=other:1\.0\.0\+1\nRECIPE=web:1\.9\.0\+1\.0\n/);
  });

  it("labels the service app with version, recipe and chaos", async () => {
    await createApp();
    await succeeds("app", "deploy", "a.test", "-n", "-o", "-c");
    const labels = (await deployed())!.texts.at(-1)!;
    for (const label of ["version: 1.10.0+1.1", 'chaos: "false"', "recipe: web"])
      assert.ok(labels.includes(`coop-cloud.a_test.${label}`), label);
  });

  it("adds no timeout label; one of the recipe's may name the TIMEOUT of the .env", async () => {
    await createApp();
    await succeeds("app", "deploy", "a.test", "-n", "-o", "-c");
    assert.doesNotMatch((await deployed())!.texts.join("\n"), /\.timeout/);
    const label = '- "coop-cloud.${STACK_NAME}.timeout=${TIMEOUT:-300}"';
    await release("1.11.0+1.1", { "compose.yml": compose("1.1").replace("      labels:\n", `$&        ${label}\n`) });
    await editEnv(text => `TIMEOUT=400\n${text}`);
    await succeeds("app", "deploy", "a.test", "1.11.0+1.1", "-n", "-D", "-f", "-c");
    const { texts, env: variables } = (await deployed())!;
    assert.doesNotMatch(texts.at(-1)!, /\.timeout/, "abra's own labels");
    assert.ok(texts.some(text => text.includes(label)));
    assert.equal(variables["TIMEOUT"], "400");
  });

  it("fails with already deployed without -f, and redeploys with it", async () => {
    await createApp();
    await succeeds("app", "deploy", "a.test", "-n", "-o", "-c");
    await fails(/already deployed/, "app", "deploy", "a.test", "-n", "-o", "-c");
    await succeeds("app", "deploy", "a.test", "-n", "-o", "-c", "-f");
  });

  it("fails if the clone has an untracked file, except with --chaos", async () => {
    await createApp();
    await writeFile(join(clone(), "untracked"), "");
    await fails(/locally unstaged changes/, "app", "deploy", "a.test", "-n", "-o", "-c");
    assert.equal(await deployed(), undefined);
    await succeeds("app", "deploy", "a.test", "-n", "-o", "-c", "-C");
    const labels = (await deployed())!.texts.at(-1)!;
    assert.match(labels, /coop-cloud\.a_test\.chaos: "true"/);
    assert.match(labels, /chaos-version: "?[0-9a-f]{8}\+U/);
  });

  it("R014: fails if the clone has any lightweight tag, before changing anything", async () => {
    await createApp();
    await release("1.11.0+1.2", {}, false);
    await fails(
      /R014: only annotated tags used for recipe version/,
      "app",
      "deploy",
      "a.test",
      "1.9.0+1.0",
      "-n",
      "-c",
    );
    assert.equal(await deployed(), undefined);
  });

  it("R009: fails if a compose file doesn't load", async () => {
    await createApp();
    await release("1.11.0+1.2", { "compose.yml": compose("1.2").replace("- A=${A}", "- BROKEN: { not: text }") });
    await fails(/R009/, "app", "deploy", "a.test", "1.11.0+1.2", "-n", "-c");
    assert.equal(await deployed(), undefined);
    const type = /^TYPE=.*$/m.exec(await readFile(envFile(), "utf8"))?.[0];
    assert.equal(type, "TYPE=web:1.10.0+1.1", "a failed deploy leaves TYPE unchanged");
  });

  it("R009: docker's loader decides about the merged files, with the app's variables", async () => {
    const overlay = (lines: string) => `version: "3.8"\nservices:\n  app:\n    deploy:\n      ${lines}\n`;
    await release("1.11.0+1.1", { "compose.count.yml": overlay("replicas: ${COUNT}") });
    await release("1.12.0+1.1", { "compose.count.yml": overlay("replicants: 2") });
    await release("1.13.0+1.1", { "compose.count.yml": 'version: "3.7"\n' });
    await createApp();
    await editEnv(text => `COUNT=many\n${text}\nCOMPOSE_FILE="compose.yml:compose.count.yml"`);
    const deploy = (version: string) => ["app", "deploy", "a.test", version, "-n", "-o", "-f", "-c"];
    await fails(/R009: .*replicas/, ...deploy("1.11.0+1.1"));
    await fails(/R009: .*replicants/, ...deploy("1.12.0+1.1"));
    await fails(/R009: .*version mismatch/, ...deploy("1.13.0+1.1"));
    assert.equal(await deployed(), undefined);
    await editEnv(text => text.replace("COUNT=many", "COUNT=2"));
    await succeeds(...deploy("1.11.0+1.1"));
  });

  it("fails if a secret is missing, naming it", async () => {
    await succeeds("app", "new", "web", "-n", "--domain=a.test", "--server=default");
    await fails(/secret not generated: pass/, "app", "deploy", "a.test", "-n", "-o", "-c");
  });

  it("stays offline with -o, and fetches new tags without it", async () => {
    await createApp();
    await release("1.11.0+1.2", { "compose.yml": compose("1.2") });
    await fails(/has no version 1\.11\.0/, "app", "deploy", "a.test", "1.11.0+1.2", "-n", "-o", "-c");
    await succeeds("app", "deploy", "a.test", "1.11.0+1.2", "-n", "-c", "-D");
  });

  it("fails while a task is still starting, and leaves the new spec applied", async () => {
    await createApp();
    await writeFile(join(fake, "starting"), "");
    await fails(/deploy failed 🛑/, "app", "deploy", "a.test", "-n", "-o");
    assert.ok(await deployed());
    await succeeds("app", "deploy", "a.test", "-n", "-o", "-f", "-c");
  });

  it("undeploys keeping secrets and volumes, and removes only apps that aren't deployed", async () => {
    await createApp();
    await writeFile(join(fake, "volumes"), JSON.stringify(["a_test_data"]));
    await succeeds("app", "deploy", "a.test", "-n", "-o", "-c");
    await fails(/still deployed/, "app", "remove", "a.test", "-n");
    await succeeds("app", "undeploy", "a.test", "-n");
    assert.equal(await deployed(), undefined);
    assert.match(await readFile(join(fake, "secrets"), "utf8"), /a_test_pass_v1/);
    assert.equal(await readFile(join(fake, "volumes"), "utf8"), '["a_test_data"]');
    await fails(/not deployed/, "app", "undeploy", "a.test", "-n");
    await succeeds("app", "remove", "a.test", "-n");
    assert.ok(!existsSync(envFile()));
    assert.deepEqual(
      [await readFile(join(fake, "secrets"), "utf8"), await readFile(join(fake, "volumes"), "utf8")],
      ["[]", "[]"],
    );
  });

  it("upgrades and rolls back deployed apps only", async () => {
    await createApp();
    await fails(/not deployed/, "app", "upgrade", "a.test", "-n", "-o");
    await succeeds("app", "deploy", "a.test", "1.9.0+1.0", "-n", "-o", "-c");
    await succeeds("app", "upgrade", "a.test", "1.10.0+1.1", "-n", "-o", "-c");
    assert.match((await deployed())!.texts[0]!, /nginx:1\.1/);
    await succeeds("app", "rollback", "a.test", "1.9.0+1.0", "-n", "-o", "-c");
    assert.match((await deployed())!.texts[0]!, /nginx:1\.0/);
  });

  it("lists apps by server, every field of an app a string", async () => {
    await createApp();
    await succeeds("app", "deploy", "a.test", "1.9.0+1.0", "-n", "-o", "-c");
    const listed = JSON.parse(await succeeds("app", "ls", "-m", "-S")) as Record<
      string,
      { apps: Record<string, unknown>[]; upgradeCount: number }
    >;
    const [app] = listed["default"]!.apps;
    assert.ok(Object.values(app!).every(value => typeof value === "string"));
    assert.deepEqual(
      [app!["domain"], app!["status"], app!["chaos"], app!["version"], app!["upgrade"]],
      ["a.test", "deployed", "false", "1.9.0+1.0", "1.10.0+1.1"],
    );
    assert.equal(listed["default"]!.upgradeCount, 1);
    const tasks = JSON.parse(await succeeds("app", "ps", "a.test", "-m")) as Record<string, Record<string, unknown>>;
    assert.deepEqual(Object.keys(tasks["app"]!).toSorted(), [
      "chaos",
      "created",
      "image",
      "ports",
      "service",
      "state",
      "status",
      "version",
    ]);
  });

  it("passes the words of app run on, flags and --help included", async () => {
    await createApp();
    const script = `#!/bin/sh\nif [ "$1" = ps ]; then echo container; else printf '<%s>' "$@"; echo; exit 3; fi\n`;
    await rm(join(root, "bin", "docker"));
    await writeFile(join(root, "bin", "docker"), script, { mode: 0o755 });
    await fails(
      /^<exec><-i><container><ls><-la><--help><--><x>/,
      "app",
      "run",
      "a.test",
      "app",
      "ls",
      "-la",
      "--help",
      "--",
      "x",
    );
  });

  it("names unknown apps, recipes and commands", async () => {
    await fails(/b\.test/, "app", "deploy", "b.test", "-n");
    await fails(/nothing/, "recipe", "fetch", "nothing");
    await fails(/unknown command/, "app", "dance");
    await fails(/unknown flag: --dance/, "app", "ls", "--dance");
  });

  it("passes on docker's error message", async () => {
    await createApp();
    await rm(join(root, "bin", "docker"));
    await writeFile(join(root, "bin", "docker"), "#!/bin/sh\necho network proxy not found >&2; exit 1\n");
    await chmod(join(root, "bin", "docker"), 0o755);
    await fails(/network proxy not found/, "app", "deploy", "a.test", "-n", "-o", "-c", "-f");
  });
});
