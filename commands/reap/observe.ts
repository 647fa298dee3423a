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
  return { ...seen, pulumi: await withSwarms(host, { ...seen, pulumi }) };
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

/** A backend may serve several swarms. Queried only for stacks without a lease here: each takes a process. */
async function withSwarms(
  host: ReapHost,
  { pulumi, leases, dirs, began }: Pick<Observed, "pulumi" | "leases" | "dirs" | "began">,
): Promise<ObservedStack[]> {
  const all: ObservedStack[] = [];
  for (const each of pulumi) {
    const run = each.name.replace(/^ci-/, "");
    const leased = leases.some(({ entry }) => entry.record.run === run);
    const candidate =
      dirs.some(dir => dir.name === run && dir.liveness === "dead") ||
      (each.changed !== undefined && began - each.changed >= SETTLED);
    all.push(!leased && candidate ? { ...each, swarm: await host.swarmOf(each.name) } : each);
  }
  return all;
}
