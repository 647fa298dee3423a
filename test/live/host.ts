// Helpers of the live specs: run programs on the lab, list what is on the host, reset it.
import { spawn, type ChildProcess } from "node:child_process";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import { breakDeadLocks } from "../../commands/pulumi/locks.ts";
import { removeApps } from "../lab/down.ts";
import { configOfWarm } from "../lab/home.ts";
import { at, base, project, stateDir } from "../lab/paths.ts";
import { resetUpstream } from "../lab/upstream.ts";
import { stackOf } from "../../providers/lib/docker/names.ts";
import { swarmStore } from "../../providers/lib/coordination/coordinationStore.ts";
import { warmDomain } from "../../providers/lib/run/names.ts";

export interface Done {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  /** stdout and stderr, in the order they were written. */
  readonly all: string;
}

export interface Settings {
  readonly env?: Record<string, string | undefined>;
  readonly cwd?: string;
}

/** Runs a program and returns its result; throws only if the program is not found. */
export async function call(
  program: string,
  argv: readonly string[],
  { env, cwd = project }: Settings = {},
): Promise<Done> {
  const done = await execa(program, argv, { cwd, reject: false, all: true, stdin: "ignore", ...(env ? { env } : {}) });
  if (done.code === "ENOENT") throw new Error(`${program} not found on PATH`);
  return { exitCode: done.exitCode ?? -1, stdout: done.stdout, stderr: done.stderr, all: done.all };
}

export const pulumi = (argv: readonly string[], settings?: Settings): Promise<Done> =>
  call("pulumi", [...argv, "--non-interactive", "--color=never"], settings);
export const upWarm = (...more: string[]): Promise<Done> =>
  pulumi(["up", "-s", "warm", "--yes", "--skip-preview", "--suppress-progress", ...more]);
export const previewWarm = (...more: string[]): Promise<Done> =>
  pulumi(["preview", "-s", "warm", "--suppress-progress", ...more]);
export const hearth = (argv: readonly string[], settings?: Settings): Promise<Done> => call("hearth", argv, settings);

/** stdout of a command. Throws unless it exits 0. */
export async function must(program: string, ...argv: string[]): Promise<string> {
  const done = await call(program, argv);
  if (done.exitCode !== 0) throw new Error(`${program} ${argv.join(" ")}: exit ${done.exitCode}: ${done.all}`);
  return done.stdout;
}

export const keycloak = { domain: warmDomain("keycloak", base), stack: stackOf(warmDomain("keycloak", base)) };
export const traefik = { domain: warmDomain("traefik", base), stack: stackOf(warmDomain("traefik", base)) };

const sorted = (text: string): string[] => text.split("\n").filter(Boolean).toSorted();

/** Ids of all running containers. Equal lists mean that nothing restarted. */
export const containers = async (): Promise<string[]> => sorted(await must("docker", "ps", "--no-trunc", "--quiet"));

/** Waits until no container of the service runs: docker removes and scales services in the background. */
export async function waitUntilStopped(stack: string, service: string): Promise<void> {
  const filters = ["--filter", `label=com.docker.swarm.service.name=${stack}_${service}`, "--filter", "status=running"];
  for (let i = 0; (await must("docker", "ps", "--quiet", ...filters)) !== ""; i++) {
    if (i === 120) throw new Error(`${stack}_${service} still runs after 60 s`);
    await sleep(500);
  }
}

/** Everything on the host that an operation could leave behind or remove. */
export async function listing(): Promise<Record<string, string[]>> {
  const [services, volumes, secrets, configs, networks, stacks, files] = await Promise.all([
    must("docker", "service", "ls", "--format", "{{.ID}} {{.Name}} {{.Image}}"),
    must("docker", "volume", "ls", "--format", "{{.Name}}"),
    must("docker", "secret", "ls", "--format", "{{.ID}} {{.Name}}"),
    must("docker", "config", "ls", "--format", "{{.ID}} {{.Name}}"),
    must("docker", "network", "ls", "--format", "{{.ID}} {{.Name}}"),
    must("pulumi", "stack", "ls", "--json"),
    must("find", `${at.abra}/servers`, "-type", "f", "-printf", "%p %s\n"),
  ]);
  const names = (JSON.parse(stacks) as { name: string }[]).map(stack => stack.name).toSorted();
  return {
    containers: await containers(),
    services: sorted(services),
    volumes: sorted(volumes),
    secrets: sorted(secrets),
    configs: sorted(configs),
    networks: sorted(networks),
    stacks: names,
    files: sorted(files),
  };
}

/** What ended operations of the app at `domain` left beside its volumes and in its folder; nothing is expected. */
export async function leftovers(domain: string): Promise<string[]> {
  const root = await must("docker", "info", "--format", "{{.DockerRootDir}}");
  const beside = ["-path", `*/${stackOf(domain)}_*`, "-name", "_data.hearth-*"];
  const volumes = await must("find", join(root, "volumes"), "-maxdepth", "2", ...beside);
  const folder = ["(", "-name", "env.*", "-o", "-name", "*.partial", "-o", "-name", "snapshot.old*", ")"];
  return [
    ...sorted(volumes),
    ...sorted(await must("find", join(stateDir, "apps", domain), "-maxdepth", "1", ...folder)),
  ];
}

/** Creates the warm stack from nothing: both apps at their first release. */
export async function freshWarm(): Promise<void> {
  await wipe();
  await pulumi(["stack", "init", "warm", "--no-select"]);
  const done = await upWarm();
  if (done.exitCode !== 0) throw new Error(`pulumi up of a fresh warm stack failed: ${done.all}`);
}

/** The HTTP status of a realm's page. */
export async function realmStatus(name: string): Promise<number> {
  return (await fetch(`https://${keycloak.domain}/realms/${name}`)).status;
}

export const warmConfig = join(project, ".stacks", "Pulumi.warm.yaml");

/** Removes locks and leases that killed specs left: they would block every upgrade. */
export async function endRuns(): Promise<void> {
  await breakDeadLocks("warm");
  for (const entry of await swarmStore.list()) await swarmStore.remove(entry);
  await hearth(["reap"]);
}

/** Resets the host to what `lab up` made: no apps, no state, the default configuration. */
export async function wipe(): Promise<void> {
  await endRuns();
  await pulumi(["stack", "rm", "-s", "warm", "--yes", "--force", "--remove-backups"]);
  await removeApps(() => undefined);
  for (const { domain } of [keycloak, traefik])
    await rm(join(at.abra, "servers", "default", `${domain}.env`), { force: true });
  for (const folder of ["mirror", "abra", "apps", "keycloak", "alerts", "runs", "reap"])
    await rm(join(stateDir, folder), { recursive: true, force: true });
  await rm(join(at.abra, "recipes"), { recursive: true, force: true }); // clones keep the tags of earlier specs
  for (const recipe of ["keycloak", "traefik"]) await resetUpstream(recipe);
  await writeFile(warmConfig, configOfWarm(), { mode: 0o600 });
}

export interface Started {
  readonly child: ChildProcess;
  readonly ended: Promise<number>;
  readonly output: () => string;
}

/** Starts a program in the checkout, with more variables. `output` holds what it printed so far. */
export function start(program: string, argv: readonly string[], env: Record<string, string> = {}): Started {
  const stdio = ["ignore", "pipe", "pipe"] as const;
  const child = spawn(program, argv, { cwd: project, stdio: [...stdio], env: { ...process.env, ...env } });
  let text = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", chunk => (text += String(chunk)));
  return { child, ended: new Promise(resolve => child.once("close", code => resolve(code ?? -1))), output: () => text };
}
