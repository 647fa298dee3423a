// The coordination host on a real machine: the swarm, the clock, processes, and the journals of this host.
import { hostname } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { livenessOf } from "../process/index.ts";
import { appFolder, readOperation } from "../state/index.ts";
import { swarmStore, type CoordinationHost } from "./coordinationStore.ts";
import type { MaintenanceRecord } from "./records.ts";

export function coordinationHost(say: (line: string) => void): CoordinationHost {
  return { store: swarmStore, now: Date.now, sleep: ms => sleep(ms), say, liveness: livenessOf, isStale };
}

/** An open operation on this host is for `hearth recover` to finish; another host's journal can't be read here. */
async function isStale({ holder, stateDir, domain }: MaintenanceRecord): Promise<boolean> {
  return holder.host === hostname() && (await readOperation(appFolder(stateDir, domain))) === undefined;
}
