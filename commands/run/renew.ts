// Renews a run's lease while its command runs; gives a kept run's lease an expiry and no holder.
import {
  type CoordinationStore,
  expiryAt,
  includesRun,
  isMaintenance,
  leaseName,
  leaseOf,
  type LeaseRecord,
  RENEW_INTERVAL,
  swarmStore,
} from "../../providers/lib/coordination/index.ts";
import { isSameProcess, type ProcessIdentity } from "../../providers/lib/process/index.ts";
import { displayed } from "../common/errors.ts";

export interface Renewal {
  /** The run has its lease: from now on an absent one is lost. Before, its provider releases it while it waits. */
  acquired(): void;
  stop(): void;
}

interface RenewalOptions {
  /** The process that holds the lease. */
  readonly holder: ProcessIdentity;
  /** Called once, with a clause, if the lease is lost and can't be acquired again: the run must end. */
  readonly onLost: (why: string) => void;
  /** Whether the run's stack was removed, as the reaper does. */
  readonly isRemoved: () => Promise<boolean>;
  /** Milliseconds between two renewals. */
  readonly every?: number;
  readonly store?: CoordinationStore;
  readonly log?: (line: string) => void;
}

/** Renews the lease of `run` until it is stopped. A failed attempt is logged and repeated. */
export function startRenewing(
  run: string,
  {
    holder,
    onLost,
    isRemoved,
    every = RENEW_INTERVAL,
    store = swarmStore,
    log = line => console.error(`hearth: ${line}`),
  }: RenewalOptions,
): Renewal {
  let last: LeaseRecord | undefined;
  let [isAcquired, isStopped] = [false, false];
  const lose = (why: string) => {
    if (isStopped) return;
    stop();
    onLost(`the lease of ${run} was lost: ${why}`);
  };

  async function renew(): Promise<void> {
    const found = await leaseOf(store, run);
    const step = renewalStep(found?.record, holder, isAcquired);
    if (isStopped || step === "wait") return;
    if (step === "end") return lose("another process holds it");
    if (step === "acquire") return acquireAgain();
    last = found!.record;
    if (!(await store.replace(found!, renewed(last))) && !isStopped) log(`the lease of ${run} changed meanwhile`);
  }

  async function acquireAgain(): Promise<void> {
    if (last === undefined || (await isRemoved())) return lose("what the run created was removed");
    const { keycloak } = last;
    if (isStopped) return;
    if (!(await store.create(leaseName(run), renewed(last)))) return; // checked by the next attempt
    const records = await store.list();
    if (!records.some(each => isMaintenance(each) && includesRun(each.record.blocks, keycloak)))
      return log(`the lease of ${run} was lost and is acquired again`);
    // The maintenance's holder may have seen no lease, and be changing the app already.
    const own = await leaseOf(store, run);
    if (own && isOwn(own.record, holder)) await store.remove(own);
    lose("an app that it uses is in maintenance");
  }

  const attempt = () =>
    void renew().catch((error: unknown) => log(`warning: the lease of ${run} not renewed: ${displayed(error)}`));
  const timer = setInterval(attempt, every);
  const stop = () => {
    isStopped = true;
    clearInterval(timer);
  };
  return {
    acquired() {
      isAcquired = true;
      attempt();
    },
    stop,
  };
}

/**
 * What to do about the lease as it was found. `wait`: the run has none yet, or its provider released it to wait. `end`:
 * another process has it. Pure.
 */
export function renewalStep(
  found: LeaseRecord | undefined,
  holder: ProcessIdentity,
  isAcquired: boolean,
): "extend" | "acquire" | "wait" | "end" {
  if (found && isOwn(found, holder)) return "extend";
  if (!isAcquired) return "wait";
  return found ? "end" : "acquire";
}

function isOwn(record: LeaseRecord, holder: ProcessIdentity): boolean {
  return record.holder !== undefined && isSameProcess(record.holder, holder);
}

function renewed(record: LeaseRecord): LeaseRecord {
  return { ...record, expiresAt: expiryAt(Date.now()) };
}

/** Removes the holder from the lease, which then expires in `ms`. */
export async function keepUntilExpiry(run: string, ms: number): Promise<void> {
  for (let tries = 0; tries < 3; tries++) {
    const lease = await leaseOf(swarmStore, run);
    if (!lease) throw new Error("lease not found");
    const expiresAt = new Date(Date.now() + ms).toISOString();
    if (await swarmStore.replace(lease, { ...lease.record, holder: undefined, expiresAt })) return;
  }
  throw new Error("lease update kept conflicting (3 attempts)");
}
