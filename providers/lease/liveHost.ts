// The AcquireHost of a real host: observes and repairs the warm Keycloak, and reads the available memory.
import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import type { WarmAppInputs } from "../app/inputs.ts";
import { coordinationHost, livenessOnSwarm } from "../lib/coordination/index.ts";
import { observe } from "../lib/health/index.ts";
import type { ProcessIdentity } from "../lib/process/index.ts";
import { appFolder, lastRepair } from "../lib/state/index.ts";
import { errorMessage, type Log, oneLine } from "../lib/text.ts";
import { UnavailableError, type AcquireHost, type KeycloakState } from "./request.ts";

/**
 * Redeploys an app that is down, with the inputs of the warm stack's last `up`. `wait`: milliseconds to wait for its
 * lock. `after`: fails if a repair was attempted after that one. `signal`: ends its waits once it aborts, with its
 * reason as the error.
 */
export type Repair = (
  app: Pick<WarmAppInputs, "recipe" | "domain" | "stateDir">,
  log: Log,
  options: { readonly wait: number; readonly after: string; readonly signal: AbortSignal },
) => Promise<void>;

interface AcquireHostOptions {
  /** The warm Keycloak. */
  readonly keycloak: WarmAppInputs;
  /** The process that waits for the run. Waiting ends when it dies. */
  readonly holder: ProcessIdentity | undefined;
  readonly repair: Repair;
  readonly log: Log;
  /** Ends every wait once it aborts, with its reason as the error. */
  readonly signal: AbortSignal;
}

/** Milliseconds that a run waits for another run's repair: longer than Keycloak takes to start. */
const REPAIR_WAIT = 10 * 60_000;

export function acquireHost({ keycloak, holder, repair, log, signal }: AcquireHostOptions): AcquireHost {
  const known = lastRepair(appFolder(keycloak.stateDir, keycloak.domain));
  known.catch(() => undefined); // awaited by a repair
  return {
    ...coordinationHost(log),
    async sleep(ms) {
      await sleep(ms, undefined, { signal }).catch(() => signal.throwIfAborted());
      if (holder && (await livenessOnSwarm(holder)) === "dead")
        throw new UnavailableError("the hearth run that waits for the lease is dead");
    },
    observe: () => observeKeycloak(keycloak),
    repair: async () => repair(keycloak, log, { wait: REPAIR_WAIT, after: await known, signal }),
    memory: availableMemory,
  };
}

/** A Keycloak that can't be observed is waited for, as one that can't be reached. */
async function observeKeycloak({ domain, health }: WarmAppInputs): Promise<KeycloakState> {
  try {
    const { state, condition } = await observe({ domain, health, ingress: false });
    if (state === "healthy") return { state: "up", words: "is up" };
    if (state === "not deployed") return { state: "down", words: `is down: ${condition}` };
    return { state: state === "down" ? "down" : "unclear", words: `is ${condition}` };
  } catch (error) {
    return { state: "unclear", words: `can't be observed: ${oneLine(errorMessage(error))}` };
  }
}

/** Bytes. MemAvailable of proc(5): the memory that a new process can get without swapping. */
async function availableMemory(): Promise<number> {
  const found = /^MemAvailable:\s+(\d+) kB$/m.exec(await readFile("/proc/meminfo", "utf8"));
  if (!found) throw new Error("read /proc/meminfo: MemAvailable not found");
  return Number(found[1]) * 1024;
}
