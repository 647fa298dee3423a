// Deploys with `docker stack deploy`, with convergence checks that time out as early as abra's.
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { lookup } from "node:dns/promises";
import { parse, stringify } from "yaml";
import { fatal } from "./fatal.ts";
import { root, withType, type App } from "./folder.ts";
import { call, docker, lines } from "./programs.ts";
import { chaosVersion, checkout, cloneOf, ensureRecipe, lint, refuseUnstaged, versionsOf } from "./recipe.ts";
import { composeSecrets, existing } from "./secrets.ts";

export interface DeployFlags {
  readonly offline: boolean;
  readonly force: boolean;
  readonly chaos: boolean;
  readonly skipConverge: boolean;
  readonly skipDns: boolean;
}

export async function servicesOf(stack: string): Promise<string[]> {
  return lines(
    await docker("service", "ls", "--filter", `label=com.docker.stack.namespace=${stack}`, "--format", "{{.Name}}"),
  );
}

export async function deploy(app: App, requestedVersion: string | undefined, flags: DeployFlags): Promise<void> {
  if (!flags.force && (await servicesOf(app.stack)).length > 0) fatal(`${app.domain} is already deployed`);
  await ensureRecipe(app.recipe, flags.offline || flags.chaos);
  if (!flags.chaos) await refuseUnstaged(app.recipe);
  const version = flags.chaos
    ? await chaosVersion(app.recipe)
    : requestedVersion ||
      app.version ||
      (await versionsOf(app.recipe)).at(-1) ||
      fatal(`${app.recipe} has no versions`);
  if (!flags.chaos) await checkout(app.recipe, version);

  const files = (app.env["COMPOSE_FILE"] || "compose.yml").split(":");
  const lintErrors = flags.chaos ? [] : await lint(app.recipe, files);
  if (lintErrors.length > 0) fatal(`recipe ${app.recipe} failed lint checks: ${lintErrors.join(", ")}`);
  const env = await deployEnv(app);
  await refuseMissingSecrets(app, env);
  if (!flags.skipDns && !flags.offline)
    await lookup(app.domain).catch(() => fatal(`unable to resolve an ipv4 address for ${app.domain}`));

  await stackDeploy(app, files, env, version, flags.chaos);
  await writeLog(app, version);
  if (!flags.skipConverge) await converge(app);
  if (!flags.chaos) await writeFile(app.path, withType(app.text, app.recipe, version));
}

/** Environment for compose files and templates: the .env, STACK_NAME, and the exports of abra.sh. */
async function deployEnv(app: App): Promise<Record<string, string>> {
  const script = await readFile(join(cloneOf(app.recipe), "abra.sh"), "utf8").catch(() => "");
  const exported = [...script.matchAll(/^\s*export\s+(\w+)=["']?([^"'\s#]*)/gm)].map(([, name, value]) => [
    name!,
    value!,
  ]);
  const system = ["PATH", "HOME", "DOCKER_HOST", "DOCKER_CONFIG", "DOCKER_CONTEXT"].flatMap(name =>
    process.env[name] ? [[name, process.env[name]]] : [],
  );
  return { ...Object.fromEntries(exported), ...app.env, STACK_NAME: app.stack, ...Object.fromEntries(system) };
}

async function refuseMissingSecrets(app: App, env: Record<string, string>): Promise<void> {
  const secrets = await existing();
  for (const { key, full } of await composeSecrets(app, env))
    if (!secrets.has(full)) fatal(`secret not generated: ${key}`);
}

async function stackDeploy(
  app: App,
  files: readonly string[],
  env: Record<string, string>,
  version: string,
  chaos: boolean,
): Promise<void> {
  const label = (name: string) => `coop-cloud.${app.stack}.${name}`;
  const labels = {
    [label("recipe")]: app.recipe,
    [label("version")]: version,
    [label("chaos")]: String(chaos),
    ...(chaos ? { [label("chaos-version")]: version } : {}),
    [label("timeout")]: app.env["TIMEOUT"] || "120",
  };
  const work = await mkdtemp(join(tmpdir(), "abra-"));
  try {
    const base = parse(await readFile(join(cloneOf(app.recipe), files[0]!), "utf8")) as { version?: string };
    const override = join(work, "labels.yml");
    await writeFile(override, stringify({ version: base.version ?? "3.8", services: { app: { deploy: { labels } } } }));
    const argv = [
      "stack",
      "deploy",
      "--detach=true",
      "--resolve-image",
      "never",
      ...[...files, override].flatMap(file => ["-c", file]),
      app.stack,
    ];
    await call("docker", argv, { cwd: cloneOf(app.recipe), env });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** Waits only briefly, ignoring start_period; after a failure the new spec stays applied. */
async function converge(app: App): Promise<void> {
  const timeout = Number(process.env["TIMEOUT"] ?? app.env["TIMEOUT"] ?? 120) > 0 ? 8_000 : 0;
  for (const start = Date.now(); Date.now() - start < timeout; await sleep(500)) {
    const ids = await servicesOf(app.stack);
    const replicas = lines(
      await docker(
        "service",
        "ls",
        "--filter",
        `label=com.docker.stack.namespace=${app.stack}`,
        "--format",
        "{{.Replicas}}",
      ),
    );
    const states = lines(
      await docker("service", "inspect", "--format", "{{if .UpdateStatus}}{{.UpdateStatus.State}}{{end}}", ...ids),
    );
    const busy = states.some(state => state === "updating" || state === "rollback_started");
    if (!busy && replicas.length > 0 && replicas.every(text => /^(\d+)\/\1\b/.test(text) && !text.startsWith("0/")))
      return;
  }
  fatal("deploy failed 🛑");
}

async function writeLog(app: App, version: string): Promise<void> {
  await mkdir(join(root, "logs"), { recursive: true });
  await writeFile(
    join(root, "logs", `${app.domain}_${new Date().toISOString().replaceAll(":", "-")}.log`),
    `deployed ${app.recipe} ${version}\n`,
  );
}
