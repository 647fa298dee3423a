// Checks mutual exclusion on the swarm's coordination store: one process acquires a lease or drains a warm app for
// many rounds, and throws if the other process is inside at the same time.
import { existsSync } from "node:fs";
import { rm, writeFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { livenessOf, currentProcess } from "../../providers/lib/process/identity.ts";
import { swarmStore } from "../../providers/lib/coordination/coordinationStore.ts";
import { drain, releaseMaintenance, type MaintenanceRequest } from "../../providers/lib/coordination/maintenance.ts";
import { acquire } from "../../providers/lease/acquire.ts";
import { releaseLease } from "../../providers/lease/leaseRecord.ts";

const [side = "", rounds = "", inside = ""] = process.argv.slice(2);
const other = side === "run" ? "kept" : "run";
const domain = "rounds.hearth.test";
const run = "rounds-00000a";
const holder = await currentProcess();
const host = {
  store: swarmStore,
  now: Date.now,
  sleep: (ms: number) => sleep(ms),
  monotonicNow: () => performance.now(),
  log: () => undefined,
  liveness: livenessOf,
  isStale: async () => false,
  observe: async () => ({ state: "up", words: "is up" }) as const,
  repair: async () => undefined,
  memory: async () => 8 * 1024 ** 3,
};
const work: MaintenanceRequest = {
  app: "keycloak",
  domain,
  what: "rounds",
  blocks: "warm",
  blockedBy: "warm",
  holder,
  stateDir: "/nonexistent",
};

async function occupy(): Promise<void> {
  await writeFile(`${inside}.${side}`, "");
  for (let checks = 0; checks < 5; checks++) {
    if (existsSync(`${inside}.${other}`)) throw new Error(`${side} and ${other} are inside at the same time`);
    await sleep(Math.random() * 30);
  }
  await rm(`${inside}.${side}`);
}

for (let round = 0; round < Number(rounds); round++) {
  if (side === "run") {
    const kind = await acquire(host, {
      run,
      mode: "warm",
      keycloak: domain,
      domains: [],
      dedicatedLimit: 0,
      unreachableLimit: 120_000,
      holder,
      duration: 60_000,
    });
    if (kind !== "warm") throw new Error(`expected a warm lease, found ${kind}`);
    await occupy();
    await releaseLease(swarmStore, run);
  } else {
    await drain(host, work);
    await occupy();
    await releaseMaintenance(swarmStore, work);
  }
  await sleep(Math.random() * 300);
}
console.log(`${rounds} rounds`);
