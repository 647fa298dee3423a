// The demo of `npm start`, inside the lab: warm apps, a CI run, a good upgrade, a broken one that undoes itself.
import { spawn } from "node:child_process";
import { execa } from "execa";
import semver from "semver";
import { compareVersions, parseVersion } from "../../providers/lib/recipe/version.ts";
import { stackOf } from "../../providers/lib/docker/names.ts";
import { warmDomain, runName, runOf } from "../../providers/lib/run/names.ts";
import { servicesOf, versionLabel } from "../../providers/lib/docker/stack.ts";
import { appFolder } from "../../providers/lib/state/appFolder.ts";
import { readRejected } from "../../providers/lib/state/versions.ts";
import { logIn, makeRealm } from "./markerRealm.ts";
import { base, stateDir } from "./paths.ts";
import { firstRelease, release, resetUpstream } from "./upstream.ts";

const phases: [name: string, seconds: number][] = [["lab up", Number(process.argv[2] ?? 0)]];

async function phase(name: string, work: () => Promise<void>): Promise<void> {
  console.log(`\n▶ ${name}`);
  const start = Date.now();
  await work();
  phases.push([name, (Date.now() - start) / 1000]);
}

/** Runs a command on this terminal, and returns its exit code. */
async function exitCodeOf(...command: string[]): Promise<number | null> {
  console.log(`$ ${command.join(" ")}`);
  const [program, ...argv] = command;
  const child = spawn(program!, argv, { stdio: "inherit" });
  return new Promise((resolve, reject) => child.once("error", reject).once("exit", resolve));
}

/** Runs a command on this terminal. Throws unless it exits with 0. */
async function run(...command: string[]): Promise<void> {
  const code = await exitCodeOf(...command);
  if (code !== 0) throw new Error(`${command[0]} failed: exit ${code}`);
}

const domain = warmDomain("keycloak", base);
const running = async () => versionLabel(stackOf(domain), await servicesOf(stackOf(domain)));

/** Resets the upstream to the running release, so that the demo can be repeated. */
async function withdrawReleases(): Promise<void> {
  const now = (await running()) ?? firstRelease["keycloak"]!;
  await resetUpstream("keycloak");
  await release("keycloak", { version: now });
}

async function runningVersion() {
  return parseVersion((await running()) ?? firstRelease["keycloak"]!)!;
}

async function releaseNext(): Promise<void> {
  const now = await runningVersion();
  const next = `${semver.inc(now.recipe.version, "patch")}+${now.app}`;
  if (compareVersions(parseVersion(next)!, now) <= 0)
    throw new Error(`release keycloak: expected a version newer than ${now.text}, found ${next}`);
  await release("keycloak", { version: next });
  console.log(`released upstream: keycloak ${next} (runs: ${now.text})`);
}

/** Releases a Keycloak that migrates the database and never gets healthy, as a version that never failed here. */
async function releaseBroken(): Promise<void> {
  const rejected = await readRejected(appFolder(stateDir, domain));
  let recipe = semver.inc((await runningVersion()).recipe.version, "minor")!;
  while (`${recipe}+26.5.0` in rejected) recipe = semver.inc(recipe, "patch")!;
  await release("keycloak", { version: `${recipe}+26.5.0`, kind: "never-healthy" });
  console.log(`released upstream: keycloak ${recipe}+26.5.0, which never gets healthy`);
}

/** Throws unless the user of the marker realm can log in, at the version that ran before. */
async function assertUndone(before: string | undefined): Promise<void> {
  const [now, status] = [await running(), await logIn("marker")];
  console.log(`keycloak runs ${now} again; the user of the realm "marker" logs in: HTTP ${status}`);
  if (now !== before || status !== 200) throw new Error(`expected ${before} and HTTP 200`);
}

async function ensureStack(): Promise<void> {
  const { stdout } = await execa("pulumi", ["stack", "ls", "--json"]);
  const stacks = JSON.parse(stdout) as { name: string }[];
  if (!stacks.some(stack => stack.name === "warm")) await run("pulumi", "stack", "init", "warm", "--no-select");
}

try {
  const build = `demo-${Date.now()}`;
  const realm = runName(runOf({ recipe: "docs", build }));
  await withdrawReleases();
  await phase("warm stack: pulumi up", async () => {
    await ensureStack();
    await run("pulumi", "up", "-s", "warm", "--yes", "--skip-preview");
  });
  await phase("one CI run: a realm, its app, a login through it, teardown", () =>
    run(
      "hearth",
      "run",
      "--recipe",
      "docs",
      "--build",
      build,
      "--",
      "node_modules/.bin/mocha",
      "test/lab/appLogin.mocha.ts",
    ),
  );
  await phase("the realm is gone", async () => {
    const answer = await fetch(`https://${domain}/realms/${realm}`);
    console.log(`GET https://${domain}/realms/${realm}: HTTP ${answer.status}`);
    if (answer.status !== 404) throw new Error(`the realm ${realm} still exists`);
  });
  await phase("a new release upstream: pulumi preview", async () => {
    await releaseNext();
    await run("pulumi", "preview", "-s", "warm");
  });
  await phase("a good upgrade: pulumi up", async () => {
    await makeRealm("marker", true);
    await run("pulumi", "up", "-s", "warm", "--yes", "--skip-preview");
  });
  await phase("a broken release: pulumi up fails, and undoes itself with its data", async () => {
    const before = await running();
    await releaseBroken();
    if ((await exitCodeOf("pulumi", "up", "-s", "warm", "--yes", "--skip-preview")) === 0)
      throw new Error("expected pulumi up to fail");
    await assertUndone(before);
  });
  await phase("the broken release is held: pulumi preview", () => run("pulumi", "preview", "-s", "warm"));
  const width = Math.max(...phases.map(([name]) => name.length));
  console.log(
    `\n${phases.map(([name, seconds]) => `  ${name.padEnd(width)}  ${seconds.toFixed(1).padStart(7)} s`).join("\n")}`,
  );
  console.log(`
Next, each with \`npm run lab -- exec --\` before it:
  pulumi up -s warm                                 change nothing: all is as wanted
  hearth run --recipe docs -- env                   print the environment of a run's command
  pulumi stack -s warm                              show the warm stack's resources
and \`npm run lab -- down\` to remove the host.`);
} catch (error) {
  console.error(`\nhearth: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
