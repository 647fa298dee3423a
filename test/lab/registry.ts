// An image registry on loopback, as a real host has one out of reach of its own programs: images are pushed to it,
// recipes name them there, deploys resolve their tags to digests.
import { spawn } from "node:child_process";
import { mkdir, open, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { alive, which } from "./host.ts";
import { at, cache } from "./paths.ts";
import type { Step } from "./steps.ts";

/** Docker talks plain HTTP to registries on loopback without further configuration. */
export const registry = "127.0.0.1:5000";

const pidFile = join(at.registry, "registry.pid");
const logFile = join(at.registry, "registry.log");
const configFile = join(at.registry, "config.json");

/** Debian's own configuration requires a password file. The registry reads YAML, of which JSON is a part. */
const config = JSON.stringify({
  version: 0.1,
  log: { level: "warn", accesslog: { disabled: true } },
  storage: { filesystem: { rootdirectory: join(cache, "registry") }, delete: { enabled: true } },
  http: { addr: registry },
});

/** Whether a registry answers there. */
export async function registryAnswers(): Promise<boolean> {
  return fetch(`http://${registry}/v2/`, { signal: AbortSignal.timeout(2_000) }).then(
    answer => answer.ok,
    () => false,
  );
}

/** Whether it has the image `name:tag`. */
export async function hasImage(name: string, tag: string): Promise<boolean> {
  const accept = "application/vnd.docker.distribution.manifest.v2+json, application/vnd.oci.image.manifest.v1+json";
  return fetch(`http://${registry}/v2/${name}/manifests/${tag}`, { method: "HEAD", headers: { accept } }).then(
    answer => answer.ok,
    () => false,
  );
}

export async function ownRegistry(): Promise<number | undefined> {
  const pid = Number(await readFile(pidFile, "utf8").catch(() => ""));
  const command = pid > 0 && alive(pid) ? await readFile(`/proc/${pid}/comm`, "utf8").catch(() => "") : "";
  return command.trim() === "docker-registry" ? pid : undefined;
}

/** Starts it. Throws if another program has its port. */
export async function startRegistry(): Promise<void> {
  await mkdir(at.registry, { recursive: true });
  await mkdir(join(cache, "registry"), { recursive: true });
  await writeFile(configFile, config);
  const log = await open(logFile, "w");
  const child = spawn((await which("docker-registry")) ?? "docker-registry", ["serve", configFile], {
    detached: true,
    stdio: ["ignore", log.fd, log.fd],
    env: { PATH: process.env["PATH"], OTEL_TRACES_EXPORTER: "none" },
  });
  child.unref();
  await log.close();
  await writeFile(pidFile, String(child.pid));
  for (let i = 0; !(await registryAnswers()) || (await ownRegistry()) === undefined; i++) {
    if (i === 50) throw new Error(`docker-registry does not answer at ${registry} after 5 s; log: ${logFile}`);
    await sleep(100);
  }
}

/** Stops it, and waits until it has ended. */
export async function stopRegistry(): Promise<void> {
  const pid = await ownRegistry();
  if (pid === undefined) return;
  process.kill(pid, "SIGTERM");
  for (let i = 0; alive(pid); i++) {
    if (i === 100) throw new Error(`docker-registry (pid ${pid}) still runs 10 s after SIGTERM; log: ${logFile}`);
    await sleep(100);
  }
}

export const registryStep: Step = {
  name: "registry",
  after: ["packages"],
  ready: async () => (await ownRegistry()) !== undefined && (await registryAnswers()),
  run: startRegistry,
};
