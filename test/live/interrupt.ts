// Interrupts an upgrade of Keycloak at a step of its journal, for live specs.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { appFolder } from "../../providers/lib/state/appFolder.ts";
import { readOperation, type OperationStep } from "../../providers/lib/state/operation.ts";
import { stateDir } from "../lab/paths.ts";
import { keycloak, must } from "./host.ts";

const folder = appFolder(stateDir, keycloak.domain);

/** `root` and all its descendants, in any process group. */
export async function descendants(root: number): Promise<number[]> {
  const rows = (await must("ps", "-e", "-o", "pid=,ppid="))
    .split("\n")
    .map(line => line.trim().split(/\s+/).map(Number) as [number, number]);
  const found = [root];
  for (let i = 0; i < found.length; i++)
    found.push(...rows.filter(([, parent]) => parent === found[i]).map(([pid]) => pid));
  return found;
}

export function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

/** Starts an `up` and calls `then` `later` ms after the journal reaches `step`. Resolves when the CLI has exited. */
export async function upUntil(step: OperationStep, then: (cli: number) => Promise<void>, later = 0): Promise<void> {
  const argv = [
    "up",
    "-s",
    "warm",
    "--yes",
    "--skip-preview",
    "--suppress-progress",
    "--non-interactive",
    "--color=never",
  ];
  const child = spawn("pulumi", argv, { stdio: "ignore" });
  const ended = new Promise<void>(resolve => child.once("exit", () => resolve()));
  for (const start = Date.now(); Date.now() - start < 200_000;) {
    if ((await readOperation(folder).catch(() => undefined))?.step === step) {
      await sleep(later);
      await then(child.pid!);
      return ended;
    }
    if (child.exitCode !== null) break;
    await sleep(10);
  }
  assert.fail(`the upgrade never reached ${step}`);
}

/** Kills CLI, language host, provider and whatever they started. */
export async function killAll(cli: number): Promise<void> {
  for (const pid of await descendants(cli)) kill(pid);
}
