// The board's two sides on a real host: the clock, processes, the kept Keycloak and the memory that is left.
import { hostname } from "node:os";
import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { stackOf } from "../lib/abra/index.ts";
import type { AppInputs } from "../app/inputs.ts";
import { NOT_DEPLOYED, probeUrl, tasksTrouble } from "../lib/health/index.ts";
import { appFolder, readOperation } from "../lib/state/index.ts";
import { livenessOf, type ProcessIdentity } from "../lib/process/index.ts";
import { servicesOf } from "../lib/docker/index.ts";
import { type CoordinationHost, type MaintenanceRecord, swarmStore } from "../lib/coordination/index.ts";
import { UnavailableError, type AcquireHost, type KeycloakState } from "./acquire.ts";

/** For a kept app's side. */
export function coordinationHost(say: (line: string) => void): CoordinationHost {
  return { store: swarmStore, now: Date.now, sleep: ms => sleep(ms), say, liveness: livenessOf, isStale: isStale };
}

/** For a run's side. `keycloak` is the kept one; who waits for the run may be gone while it waits: then there is nothing to wait for. */
export function acquireHost(keycloak: AppInputs, say: (line: string) => void, holder?: ProcessIdentity): AcquireHost {
  const began = Date.now();
  return {
    ...coordinationHost(say),
    async sleep(ms) {
      await sleep(ms);
      if (holder && (await livenessOf(holder)) === "dead")
        throw new UnavailableError("the hearth run that waits for it is gone");
    },
    look: () => patientLook(keycloak),
    // Loaded where it is needed: a run that finds all well waits for it no more.
    repair: async () => (await import("../app/repair.ts")).repair(keycloak, say, { wait: REPAIR, since: began }),
    memory: availableMemory,
  };
}

/** Milliseconds that a run waits for a repair that another one has in hand: what Keycloak may take to come up, and more. */
const REPAIR = 10 * 60_000;

/** An operation that is open on this host is its to finish: `hearth recover` does; of another host's nothing is known here. */
async function isStale({ holder, stateDir, domain }: MaintenanceRecord): Promise<boolean> {
  return holder.host === hostname() && (await readOperation(appFolder(stateDir, domain))) === undefined;
}

/** An answer that isn't good counts when it came three times: a host under load may miss one. */
async function patientLook(keycloak: AppInputs, looks = 3): Promise<KeycloakState> {
  const found = await look(keycloak);
  if (found.state === "up" || found.sure || looks <= 1) return found;
  await sleep(1_000);
  return patientLook(keycloak, looks - 1);
}

async function look({ domain, health }: AppInputs): Promise<KeycloakState & { readonly sure?: boolean }> {
  const services = await servicesOf(stackOf(domain));
  const trouble = services.length === 0 ? NOT_DEPLOYED : tasksTrouble(services)?.what;
  if (trouble !== undefined) return { state: "down", words: `is down: ${trouble}`, sure: services.length === 0 };
  const fault = await probeUrl({
    url: `https://${domain}${health.path}`,
    status: health.status,
    issuer: health.issuer,
  });
  if (!fault) return { state: "up", words: "is up" };
  return {
    state: fault.unreached ? "unclear" : "down",
    words: fault.unreached ? `isn't reached: ${fault.what}` : `is down: ${fault.what}`,
  };
}

/** Bytes. MemAvailable of proc(5): what a new process could have without swapping. */
async function availableMemory(): Promise<number> {
  const found = /^MemAvailable:\s+(\d+) kB$/m.exec(await readFile("/proc/meminfo", "utf8"));
  if (!found) throw new Error("/proc/meminfo doesn't say how much memory is available");
  return Number(found[1]) * 1024;
}
