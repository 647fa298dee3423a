// The demo of `npm start`, inside the lab: warm apps, one CI run, a pending upgrade.
import { spawn } from "node:child_process";
import { execa } from "execa";
import semver from "semver";
import { compareVersions, parseVersion } from "../../providers/lib/recipe/version.ts";
import { stackOf } from "../../providers/lib/docker/names.ts";
import { warmDomain, runName, runOf } from "../../providers/lib/run/names.ts";
import { servicesOf, versionLabel } from "../../providers/lib/docker/stack.ts";
import { base } from "./paths.ts";
import { firstRelease, release, resetUpstream } from "./upstream.ts";

const phases: [name: string, seconds: number][] = [["lab up", Number(process.argv[2] ?? 0)]];

async function phase(name: string, work: () => Promise<void>): Promise<void> {
  console.log(`\n▶ ${name}`);
  const start = Date.now();
  await work();
  phases.push([name, (Date.now() - start) / 1000]);
}

/** Runs a command on this terminal. Throws unless it exits with 0. */
async function run(...command: string[]): Promise<void> {
  console.log(`$ ${command.join(" ")}`);
  const [program, ...argv] = command;
  const child = spawn(program!, argv, { stdio: "inherit" });
  const code = await new Promise<number | null>((resolve, reject) => child.once("error", reject).once("exit", resolve));
  if (code !== 0) throw new Error(`${program} failed: exit ${code}`);
}

const domain = warmDomain("keycloak", base);
const running = async () => versionLabel(stackOf(domain), await servicesOf(stackOf(domain)));

/** Resets the upstream to the running release, so that the demo can be repeated. */
async function withdrawReleases(): Promise<void> {
  const now = (await running()) ?? firstRelease["keycloak"]!;
  await resetUpstream("keycloak");
  await release("keycloak", { version: now });
}

async function releaseNext(): Promise<void> {
  const now = parseVersion((await running()) ?? firstRelease["keycloak"]!)!;
  const next = `${semver.inc(now.recipe.version, "patch")}+${now.app}`;
  if (compareVersions(parseVersion(next)!, now) <= 0)
    throw new Error(`release keycloak: expected a version newer than ${now.text}, found ${next}`);
  await release("keycloak", { version: next });
  console.log(`released upstream: keycloak ${next} (runs: ${now.text})`);
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
  const width = Math.max(...phases.map(([name]) => name.length));
  console.log(
    `\n${phases.map(([name, seconds]) => `  ${name.padEnd(width)}  ${seconds.toFixed(1).padStart(7)} s`).join("\n")}`,
  );
  console.log(`
Next, each with \`npm run lab -- exec --\` before it:
  pulumi up -s warm                                 apply the previewed upgrade
  hearth run --recipe docs -- env                   print the environment of a run's command
  pulumi stack -s warm                              show the warm stack's resources
and \`npm run lab -- down\` to remove the host.`);
} catch (error) {
  console.error(`\nhearth: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
