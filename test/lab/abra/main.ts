// Maps subcommands to their implementations; every failure is reported as abra does.
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { spawn } from "node:child_process";
import { readArgs, type Flags } from "./args.ts";
import { deploy, servicesOf } from "./deploy.ts";
import { Fatal, fatal } from "./fatal.ts";
import { findApp, serversDir, servers, withType } from "./folder.ts";
import { listApps, listTasks } from "./listing.ts";
import { docker, lines } from "./programs.ts";
import { checkout, cloneOf, ensureRecipe, fetchRecipe, lint, refuseUnstaged, versionsOf } from "./recipe.ts";
import { declared, existing, generate, insert, secretName } from "./secrets.ts";

const print = (value: unknown): void => console.log(typeof value === "string" ? value : JSON.stringify(value));

type Subcommand = (args: (string | undefined)[], flags: Flags) => Promise<void>;

const deployFlags = (flags: Flags) => ({
  offline: flags.offline ?? false,
  force: flags.force ?? false,
  chaos: flags.chaos ?? false,
  skipConverge: flags["no-converge-checks"] ?? false,
  skipDns: flags["no-domain-checks"] ?? false,
});

/** Upgrades and rollbacks redeploy a deployed app; an upgrade prints the release notes of the target. */
const redeploy =
  (printNotes: boolean): Subcommand =>
  async ([domain, version], flags) => {
    const app = await findApp(domain);
    if ((await servicesOf(app.stack)).length === 0) fatal(`${app.domain} is not deployed?`);
    await ensureRecipe(app.recipe, flags.offline ?? false);
    const target = version ?? (await versionsOf(app.recipe)).at(-1);
    await deploy(app, target, { ...deployFlags(flags), force: true });
    if (printNotes) print(await readFile(join(cloneOf(app.recipe), "release", target ?? ""), "utf8").catch(() => ""));
  };

const subcommands: Record<string, Subcommand> = {
  "app new": async ([recipe, version], flags) => {
    if (!recipe) fatal("no recipe provided");
    const domain = flags.domain ?? fatal("no domain provided");
    const server = flags.server ?? fatal("no server provided");
    if (!(await servers()).includes(server)) fatal(`no server is called ${server}`);
    const path = join(serversDir, server, `${domain}.env`);
    await ensureRecipe(recipe, (flags.offline ?? false) || (flags.chaos ?? false));
    if (!flags.chaos) await refuseUnstaged(recipe);
    const target = version ?? (await versionsOf(recipe)).at(-1);
    if (!flags.chaos && target) await checkout(recipe, target);
    const sample = await readFile(join(cloneOf(recipe), ".env.sample"), "utf8").catch(() =>
      fatal(`${recipe} has no .env.sample`),
    );
    const text = sample.replace(/^DOMAIN=.*$/m, () => `DOMAIN=${domain}`);
    await writeFile(path, target ? withType(text, recipe, target) : text, { flag: "wx", mode: 0o600 }).catch(error =>
      error.code === "EEXIST" ? fatal(`${path} already exists?`) : Promise.reject(error),
    );
    if (flags.secrets) await generate(await findApp(domain), { all: true });
    print(`${domain} created`);
  },
  "app deploy": async ([domain, version], flags) => deploy(await findApp(domain), version, deployFlags(flags)),
  "app upgrade": redeploy(true),
  "app rollback": redeploy(false),
  "app undeploy": async ([domain]) => {
    const app = await findApp(domain);
    if ((await servicesOf(app.stack)).length === 0) fatal(`${app.domain} is not deployed?`);
    await docker("stack", "rm", app.stack);
  },
  "app remove": async ([domain]) => {
    const app = await findApp(domain);
    if ((await servicesOf(app.stack)).length > 0)
      fatal(`${app.domain} is still deployed. Run "abra app undeploy ${app.domain}"`);
    const own = [...(await existing())].filter(name => name.startsWith(`${app.stack}_`));
    if (own.length > 0) await docker("secret", "rm", ...own);
    const volumes = lines(
      await docker(
        "volume",
        "ls",
        "--filter",
        `label=com.docker.stack.namespace=${app.stack}`,
        "--format",
        "{{.Name}}",
      ),
    );
    if (volumes.length > 0) await docker("volume", "rm", ...volumes);
    await rm(app.path);
  },
  "app ls": async (_args, flags) => print(await listApps(flags.status ?? false, flags.server)),
  "app ps": async ([domain]) => {
    const app = await findApp(domain);
    if ((await servicesOf(app.stack)).length === 0) fatal(`${app.domain} is not deployed?`);
    print(await listTasks(app));
  },
  "app logs": async ([domain, service]) => {
    const app = await findApp(domain);
    print(await docker("service", "logs", `${app.stack}_${service ?? "app"}`));
  },
  "app run": async ([domain, service, ...command]) => {
    const app = await findApp(domain);
    const filter = `label=com.docker.swarm.service.name=${app.stack}_${service}`;
    const [container] = lines(await docker("ps", "--quiet", "--filter", filter));
    if (!container) fatal(`no containers matching ${app.stack}_${service} found?`);
    const child = spawn("docker", ["exec", "-i", container, ...(command as string[])], { stdio: "inherit" });
    const code = await new Promise<number | null>(resolve => child.once("exit", resolve));
    if (code !== 0) fatal(`exit status ${code}`);
  },
  "app secret generate": async ([domain, name, version], flags) => {
    print((await generate(await findApp(domain), { all: flags.all ?? false, name, version })).join("\n"));
  },
  "app secret insert": async ([domain, name, version, value], flags) =>
    insert(await findApp(domain), name, version, value, flags.force ?? false),
  "app secret list": async ([domain]) => {
    const app = await findApp(domain);
    const secrets = await existing();
    print(
      (await declared(app)).map(({ name, version }) => {
        const full = secretName(app, name, version);
        return { name, version, "generated-name": full, "created-on-server": String(secrets.has(full)) };
      }),
    );
  },
  "app secret rm": async ([domain, name]) => {
    const app = await findApp(domain);
    const own = [...(await existing())].filter(full => full.startsWith(`${app.stack}_${name}_`));
    if (own.length === 0) fatal(`${app.domain} has no secret ${name}`);
    await docker("secret", "rm", ...own);
  },
  "recipe fetch": async ([recipe]) => fetchRecipe(recipe ?? fatal("no recipe provided")),
  "recipe lint": async ([recipe]) => {
    const lintErrors = await lint(recipe ?? fatal("no recipe provided"), ["compose.yml"]);
    if (lintErrors.length > 0) fatal(lintErrors.join(", "));
  },
  "recipe versions": async ([recipe]) => print((await versionsOf(recipe ?? fatal("no recipe provided"))).toReversed()),
  "server add": async (_args, flags) => {
    if (!flags.local) fatal("only the local server can be added here");
    await mkdir(join(serversDir, "default"), { recursive: true });
  },
  "server ls": async () => print((await servers()).map(name => ({ name, host: name === "default" ? "local" : name }))),
};

async function main(): Promise<void> {
  const { words, flags } = readArgs(process.argv.slice(2));
  if (flags.version && words.length === 0) return print("abra version 0.13.0-beta-06a57de");
  const known = [3, 2].map(count => words.slice(0, count).join(" ")).find(name => subcommands[name]);
  if (!known) fatal(`unknown command: ${words.join(" ") || "none"}`);
  await subcommands[known]!(words.slice(known.split(" ").length), flags);
}

await main().catch(error => {
  if (!(error instanceof Fatal)) throw error;
  console.log(`FATA ${error.message}`);
  process.exitCode = 1;
});
