// Observes the host: objects of runs first and leases last, because a lease exists before and after them.
import {
  isLease,
  isLeaseActive,
  isMaintenance,
  isMaintenanceOver,
  type LeaseRecord,
  type StoredRecord,
} from "../../providers/lib/coordination/index.ts";
import {
  SETTLED,
  type Realms,
  type Observed,
  type ObservedLease,
  type ObservedMaintenance,
  type ObservedStack,
} from "./observed.ts";
import { isAged } from "./age.ts";
import type { ReapHost } from "./host.ts";

/** Throws UnreadableRecordError before any other query. */
export async function observe(host: ReapHost): Promise<Observed> {
  const { swarm, baseDomain, warmDomains, keycloak, store } = host;
  const began = host.now();
  const realms = await realmsOutside(host, await maintenanceOf(host, await store.list()));
  const [{ stacks, names }, pulumi, dirs] = await Promise.all([host.stacks(), host.pulumi(), host.dirs()]);
  const entries = await store.list();
  const leases = await Promise.all(entries.filter(isLease).map(entry => judged(host, entry)));
  const seen = {
    swarm,
    baseDomain,
    warmDomains,
    keycloak,
    began,
    realms,
    leases,
    maintenance: await maintenanceOf(host, entries),
    stacks,
    names,
    dirs,
  };
  return { ...seen, pulumi: await withDetails(host, { ...seen, pulumi }) };
}

async function judged({ now, liveness }: ReapHost, entry: StoredRecord<LeaseRecord>): Promise<ObservedLease> {
  const { holder } = entry.record;
  const known = holder === undefined ? "unknown" : await liveness(holder);
  return { entry, liveness: known, live: await isLeaseActive(entry.record, now(), async () => known) };
}

/** undefined: no maintenance. */
export async function maintenanceOf(
  host: Pick<ReapHost, "now" | "liveness" | "isStale">,
  entries: readonly StoredRecord[],
): Promise<ObservedMaintenance | undefined> {
  const entry = entries.find(isMaintenance);
  return entry && { entry, isStale: await isMaintenanceOver(host, entry.record) };
}

/** What the warm Keycloak's maintenance is for; undefined if it isn't in maintenance. */
export function maintained(there: ObservedMaintenance | undefined, keycloak: string): string | undefined {
  if (!there || there.isStale || there.entry.record.domain !== keycloak) return undefined;
  return `${there.entry.record.what}, since ${there.entry.record.startedAt}`;
}

/** A Keycloak in maintenance isn't queried. */
async function realmsOutside(host: ReapHost, there: ObservedMaintenance | undefined): Promise<Realms> {
  const detail = maintained(there, host.keycloak);
  return detail === undefined
    ? host.realms()
    : { unseen: { reason: "keycloak is in maintenance", detail, failure: false } };
}

/**
 * Looks at stacks that may be removed, each with a process: at its lock, where that takes Pulumi, and at its swarm if
 * no lease here proves it, because a backend may serve several swarms.
 */
async function withDetails(
  host: ReapHost,
  { pulumi, leases, dirs, began }: Pick<Observed, "pulumi" | "leases" | "dirs" | "began">,
): Promise<ObservedStack[]> {
  const all: ObservedStack[] = [];
  for (const each of pulumi) {
    const run = each.name.replace(/^ci-/, "");
    const lease = leases.find(({ entry }) => entry.record.run === run);
    const dir = dirs.find(({ name }) => name === run);
    const isSettled = each.changed !== undefined && isAged(each.changed, began, SETTLED);
    const isOver = lease ? !lease.live : dir?.liveness === "dead" || isSettled;
    const lock = isOver && dir?.liveness !== "alive" && each.lock === undefined ? await lockDetails(host, each) : {};
    all.push({ ...each, ...lock, ...(!lease && isOver ? { swarm: await host.swarmOf(each.name) } : {}) });
  }
  return all;
}

async function lockDetails(host: ReapHost, { name }: ObservedStack): Promise<Partial<ObservedStack>> {
  const { liveness, words, since } = await host.lockOf(name);
  return { lock: liveness, lockWords: words, lockSince: since };
}
