// The coordination host on a real machine: the swarm, the clocks, processes, and this host's journals.
import { hostname } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { livenessOf } from "../process/index.ts";
import { appFolder, readOperation } from "../state/index.ts";
import type { Log } from "../text.ts";
import { monotonicNow } from "../time/index.ts";
import { swarmStore, type CoordinationHost } from "./coordinationStore.ts";
import type { MaintenanceRecord } from "./records.ts";

export function coordinationHost(log: Log): CoordinationHost {
  return {
    store: swarmStore,
    now: Date.now,
    monotonicNow,
    sleep: ms => sleep(ms),
    log,
    liveness: livenessOf,
    isStale,
  };
}

/** `hearth recover` finishes an operation that is open on this host. Another host's journal can't be read here. */
async function isStale({ holder, stateDir, domain }: MaintenanceRecord): Promise<boolean> {
  return holder.host === hostname() && (await readOperation(appFolder(stateDir, domain))) === undefined;
}
