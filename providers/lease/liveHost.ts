// The AcquireHost of a real host: observes and repairs the warm Keycloak, and reads the available memory.
import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import type { WarmAppInputs } from "../app/inputs.ts";
import { coordinationHost } from "../lib/coordination/index.ts";
import { servicesOf, stackOf } from "../lib/docker/index.ts";
import { NOT_DEPLOYED, probeUrl, tasksTrouble } from "../lib/health/index.ts";
import { livenessOf, type ProcessIdentity } from "../lib/process/index.ts";
import type { Log } from "../lib/text.ts";
import { UnavailableError, type AcquireHost, type KeycloakState } from "./request.ts";

/**
 * Redeploys an app that is down. `wait`: milliseconds to wait for its lock. `since` (ms since 1970): fails if a repair
 * was attempted since then.
 */
export type Repair = (
  app: WarmAppInputs,
  log: Log,
  options: { readonly wait: number; readonly since: number },
) => Promise<void>;

interface AcquireHostOptions {
  /** The warm Keycloak. */
  readonly keycloak: WarmAppInputs;
  /** The process that waits for the run. Waiting ends when it dies. */
  readonly holder: ProcessIdentity | undefined;
  readonly repair: Repair;
  readonly log: Log;
}

/** Milliseconds that a run waits for another run's repair: longer than Keycloak takes to start. */
const REPAIR_WAIT = 10 * 60_000;

export function acquireHost({ keycloak, holder, repair, log }: AcquireHostOptions): AcquireHost {
  const since = Date.now();
  return {
    ...coordinationHost(log),
    async sleep(ms) {
      await sleep(ms);
      if (holder && (await livenessOf(holder)) === "dead")
        throw new UnavailableError("the hearth run that waits for the lease is dead");
    },
    observe: () => observeKeycloak(keycloak),
    repair: () => repair(keycloak, log, { wait: REPAIR_WAIT, since }),
    memory: availableMemory,
  };
}

/** Down means three failed probes: a loaded host may fail one. */
async function observeKeycloak(keycloak: WarmAppInputs, probes = 3): Promise<KeycloakState> {
  const found = await probeKeycloak(keycloak);
  if (found.state === "up" || found.isCertain || probes <= 1) return found;
  await sleep(1_000);
  return observeKeycloak(keycloak, probes - 1);
}

async function probeKeycloak({
  domain,
  health,
}: WarmAppInputs): Promise<KeycloakState & { readonly isCertain?: boolean }> {
  const services = await servicesOf(stackOf(domain));
  const trouble = services.length === 0 ? NOT_DEPLOYED : tasksTrouble(services)?.what;
  if (trouble !== undefined) return { state: "down", words: `is down: ${trouble}`, isCertain: services.length === 0 };
  const { status, issuer } = health;
  const fault = await probeUrl({ url: `https://${domain}${health.path}`, status, issuer });
  if (!fault) return { state: "up", words: "is up" };
  if (fault.unreached) return { state: "unclear", words: `is unreachable: ${fault.what}` };
  return { state: "down", words: `is down: ${fault.what}` };
}

/** Bytes. MemAvailable of proc(5): the memory that a new process can get without swapping. */
async function availableMemory(): Promise<number> {
  const found = /^MemAvailable:\s+(\d+) kB$/m.exec(await readFile("/proc/meminfo", "utf8"));
  if (!found) throw new Error("read /proc/meminfo: MemAvailable not found");
  return Number(found[1]) * 1024;
}
