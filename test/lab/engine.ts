// The Docker engine: uses a running one, else starts Debian's in the background.
import { spawn } from "node:child_process";
import { open, mkdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import { alive, exists, which } from "./host.ts";
import { at } from "./paths.ts";
import type { Step } from "./steps.ts";

const pidFile = join(at.engine, "dockerd.pid");
const logFile = join(at.engine, "dockerd.log");

/** Whether a Docker engine responds. */
export async function engineAnswers(): Promise<boolean> {
  const done = await execa("docker", ["info", "--format", "{{.ServerVersion}}"], { reject: false, timeout: 20_000 });
  return !done.failed && done.stdout.trim() !== "";
}

/** The pid of the engine that the lab started, if it still runs. */
export async function ownEngine(): Promise<number | undefined> {
  const pid = Number(await readFile(pidFile, "utf8").catch(() => ""));
  return pid > 0 && alive(pid) && (await commandOf(pid)) === "dockerd" ? pid : undefined;
}

export const engine: Step = {
  name: "docker engine",
  after: ["packages"],
  ready: engineAnswers,
  run: startEngine,
};

/** Starts the engine, and resolves once it responds. */
async function startEngine(): Promise<void> {
  await mkdir(at.engine, { recursive: true });
  // After a power cut or a SIGKILL the pid in a pid file may belong to another process.
  await dropStale(pidFile, "dockerd");
  await dropStale("/run/docker/containerd/containerd.pid", "containerd");
  // Keep the log of an engine that crashed.
  await rename(logFile, `${logFile}.before`).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "ENOENT") throw error;
  });
  const log = await open(logFile, "w");
  const daemon = (await which("dockerd")) ?? "dockerd";
  // The lab's DNS server listens on docker0's default address, 172.17.0.1 (`--bip`).
  const child = spawn(daemon, ["--pidfile", pidFile, "--bip", "172.17.0.1/16", "--dns", "172.17.0.1"], {
    detached: true,
    stdio: ["ignore", log.fd, log.fd],
  });
  child.unref();
  const exited = new Promise<never>((_, reject) => {
    child.once("error", reject);
    child.once("exit", code => reject(new Error(`dockerd exited with ${code}; log: ${logFile}`)));
  });
  exited.catch(() => undefined);
  await Promise.race([exited, waitUntilAnswering()]);
  child.removeAllListeners();
  await log.close();
}

/** Starts the engine that the lab started before and that has ended, with a reboot say: its containers are still there. */
export async function reviveEngine(): Promise<void> {
  if (!(await engineAnswers()) && (await exists(at.engine))) await startEngine();
}

/** Stops the engine that the lab started and waits until it has exited. */
export async function stopEngine(): Promise<void> {
  const pid = await ownEngine();
  if (pid === undefined) return;
  process.kill(pid, "SIGTERM");
  for (let i = 0; alive(pid); i++) {
    if (i === 300) throw new Error(`dockerd (pid ${pid}) still runs 30 s after SIGTERM; log: ${logFile}`);
    await sleep(100);
  }
}

async function waitUntilAnswering(): Promise<void> {
  for (let i = 0; i < 300; i++) {
    if (await engineAnswers()) return;
    await sleep(200);
  }
  throw new Error(`dockerd does not answer after 60 s; log: ${logFile}`);
}

async function dropStale(path: string, command: string): Promise<void> {
  const pid = Number(await readFile(path, "utf8").catch(() => ""));
  if (pid > 0 && (await commandOf(pid)) !== command) await rm(path, { force: true });
}

async function commandOf(pid: number): Promise<string | undefined> {
  return readFile(`/proc/${pid}/comm`, "utf8").then(
    text => text.trim(),
    () => undefined,
  );
}
