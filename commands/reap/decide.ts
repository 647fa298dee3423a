// Decides what to remove, and what to skip and why, from the observed state only. Pure.
import { stackOf } from "../../providers/lib/docker/index.ts";
import type { MaintenanceRecord, StoredRecord } from "../../providers/lib/coordination/index.ts";
import { madeAttribute, ownerAttribute, runAttribute } from "../../providers/lib/keycloak/index.ts";
import { runLikeStacks, domainsOf, runCalled } from "./domains.ts";
import { decideRun } from "./decideRun.ts";
import type { Plan, Traces } from "./plan.ts";
import type { Observed, ObservedRealm, Skip } from "./observed.ts";

export interface Decision {
  readonly plans: readonly Plan[];
  readonly skips: readonly Skip[];
  /** Maintenance whose holder is dead and whose operation is over. */
  readonly staleMaintenance: StoredRecord<MaintenanceRecord> | undefined;
}

export function decide(seen: Observed): Decision {
  const unseen = realmsSkipReason(seen);
  const all = unseen || !("all" in seen.realms) ? [] : seen.realms.all;
  const strange = all.flatMap(realm => foreignRealmSkip(realm, seen.swarm));
  const ours = all.filter(realm => foreignRealmSkip(realm, seen.swarm).length === 0);
  const traces = tracesOf(seen, ours, new Set(all.map(({ name }) => name)));
  const alive = traces
    .filter(({ lease, dir }) => lease?.live || dir?.liveness === "alive")
    .flatMap(each => stacksOfRun(each, seen.baseDomain));
  const leased = seen.leases.filter(lease => lease.live).flatMap(({ entry }) => entry.record.domains.map(stackOf));
  const kept = seen.warmDomains.map(stackOf);
  const verdicts = traces.map(each =>
    decideRun(each, { ...seen, unseen, warmStacks: new Set(kept), live: new Set([...alive, ...leased]) }),
  );
  return {
    plans: verdicts.flatMap(({ plan }) => (plan ? [plan] : [])),
    skips: [
      ...verdicts.flatMap(({ skips }) => skips),
      ...strange,
      ...foreignNames(seen),
      ...unprovenStacks(seen, traces),
    ],
    staleMaintenance: seen.maintenance?.isStale ? seen.maintenance.entry : undefined,
  };
}

/** Why the warm Keycloak's realms are skipped; undefined if they aren't. */
function realmsSkipReason({ realms, maintenance, keycloak }: Observed): Omit<Skip, "what"> | undefined {
  if (maintenance && !maintenance.isStale && maintenance.entry.record.domain === keycloak)
    return {
      reason: "keycloak is in maintenance",
      detail: `${maintenance.entry.record.what}, since ${maintenance.entry.record.startedAt}`,
    };
  return "unseen" in realms ? { reason: realms.unseen.reason, detail: realms.unseen.detail } : undefined;
}

/** A realm is ours if its attributes name this swarm and a run, and the realm has that run's name. */
function foreignRealmSkip({ name, attributes = {} }: ObservedRealm, swarm: string): Skip[] {
  const what = `realm ${name}`;
  if (name.toLowerCase() === "master") return [{ what, reason: "Keycloak's own" }];
  const run = attributes[runAttribute];
  if (attributes[ownerAttribute] !== swarm || typeof run !== "string") return [{ what, reason: "foreign" }];
  if (run !== name) return [{ what, reason: "foreign", detail: `marked as the realm of ${run}` }];
  return runCalled(name) ? [] : [{ what, reason: "not a run's name" }];
}

/** Everything observed, by run. `realms`: the names of all realms. */
function tracesOf(
  { leases, pulumi, dirs }: Observed,
  ours: readonly ObservedRealm[],
  realms: ReadonlySet<string>,
): Traces[] {
  const stacks = pulumi.map(each => ({ run: each.name.replace(/^ci-/, ""), each }));
  const names = [
    ...leases.map(({ entry }) => entry.record.run),
    ...ours.map(realm => realm.name),
    ...stacks.map(({ run }) => run),
    ...dirs.map(dir => dir.name),
  ];
  const foreignRealm = (name: string) => (realms.has(name) ? "foreign" : undefined);
  return [...new Set(names)].toSorted().flatMap(name => {
    const run = runCalled(name);
    if (!run) return [];
    const realm = ours.find(each => each.name === name);
    return {
      name,
      run,
      lease: leases.find(({ entry }) => entry.record.run === name),
      realm: realm ? { made: realm.attributes?.[madeAttribute] } : foreignRealm(name),
      pulumi: pulumi.find(each => each.name === `ci-${name}`),
      dir: dirs.find(dir => dir.name === name),
    };
  });
}

function foreignNames({ leases, pulumi, dirs }: Observed): Skip[] {
  const strange = [
    ...leases.filter(({ entry }) => !runCalled(entry.record.run)).map(({ entry }) => `lease ${entry.name}`),
    ...pulumi
      .filter(({ name }) => !name.startsWith("ci-") || !runCalled(name.slice(3)))
      .map(({ name }) => `pulumi stack ${name}`),
    ...dirs.filter(({ name }) => !runCalled(name)).map(({ name }) => `run folder ${name}`),
  ];
  return strange.map(what => ({ what, reason: "not a run's name" }));
}

/** The Swarm stacks that the run may have made. */
function stacksOfRun({ run, lease }: Traces, base: string): string[] {
  return [...domainsOf(run, base), ...(lease?.entry.record.domains ?? [])].map(stackOf);
}

/** Swarm stacks with a run's name that no lease and no realm proves to be a run's. */
function unprovenStacks(seen: Observed, traces: readonly Traces[]): Skip[] {
  const proved = traces.filter(({ lease, realm }) => lease || (realm && realm !== "foreign"));
  const known = new Set([
    ...proved.flatMap(each => stacksOfRun(each, seen.baseDomain)),
    ...seen.warmDomains.map(stackOf),
  ]);
  const left = runLikeStacks(seen, seen.baseDomain).filter(stack => !known.has(stack));
  return left.map(stack => ({ what: `stack ${stack}`, reason: "only its name suggests a run" }));
}
