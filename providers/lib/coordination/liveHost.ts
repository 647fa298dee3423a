// The coordination host on a real machine: the swarm, the clocks, processes, and this host's journals.
import { setTimeout as sleep } from "node:timers/promises";
import { appFolder, readOperation } from "../state/index.ts";
import type { Log } from "../text.ts";
import { monotonicNow } from "../time/index.ts";
import { swarmStore, type CoordinationHost } from "./coordinationStore.ts";
import { livenessOnSwarm } from "./holder.ts";
import type { MaintenanceRecord } from "./records.ts";

export function coordinationHost(log: Log): CoordinationHost {
  return {
    store: swarmStore,
    now: Date.now,
    monotonicNow,
    sleep: ms => sleep(ms),
    log,
    liveness: livenessOnSwarm,
    isStale,
  };
}

/**
 * `hearth recover` finishes an operation whose journal is on this host. Another host's journal can't be read here: its
 * maintenance ends at its expiry.
 */
async function isStale({ stateDir, domain }: MaintenanceRecord): Promise<boolean> {
  return (await readOperation(appFolder(stateDir, domain))) === undefined;
}
