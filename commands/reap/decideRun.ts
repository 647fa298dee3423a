// Decides whether to remove a run, and in which order: the lease proves who owns the rest, so it is last. Pure.
import { describeHolder } from "../../providers/lib/coordination/index.ts";
import { isAged } from "./age.ts";
import { domainsOf, stacksOf } from "./domains.ts";
import type { Part, RunContext, Traces, Verdict } from "./plan.ts";
import { endedLock, lockSkip } from "./lockEnd.ts";
import { GRACE, SETTLED, type ObservedLease, type Skip } from "./observed.ts";

export function decideRun(traces: Traces, seen: RunContext): Verdict {
  if (traces.dir?.liveness === "alive") return skipped(traces.name, "live", "its process is alive");
  return traces.lease ? withLease(traces, traces.lease, seen) : withoutLease(traces, seen);
}

function withLease(traces: Traces, { entry, live, liveness }: ObservedLease, seen: RunContext): Verdict {
  const { name } = traces;
  const { record } = entry;
  const realm = ownRealm(traces);
  if (live) return skipped(name, "live", describeHolder(record));
  const locked = lockSkip(traces, seen.began);
  if (locked) return { skips: [locked] };
  const removesRealm = realm !== undefined || (record.keycloak === "warm" && traces.realm !== "foreign");
  if (removesRealm && seen.unseen) return { skips: [{ what: name, ...seen.unseen }] };
  const why =
    liveness === "dead" ? `holder ${describeHolder(record)} is dead` : `its lease expired at ${record.expiresAt}`;
  const domains = [...new Set([...record.domains, ...domainsOf(traces.run, seen.baseDomain)])];
  const { own, skips } = stacksOf(traces, domains, seen);
  return {
    plan: {
      run: name,
      why,
      lease: entry,
      domains,
      parts: [...realmPart(traces, removesRealm), ...own, ...rest(traces), part("lease", name)],
      ...endedLock(traces),
    },
    skips,
  };
}

function withoutLease(traces: Traces, seen: RunContext): Verdict {
  const { name, pulumi, dir } = traces;
  const realm = ownRealm(traces);
  if (pulumi?.lock === "alive" && dir?.liveness !== "dead") return skipped(name, "live", "Pulumi is working on it");
  const locked = lockSkip(traces, seen.began);
  if (locked) return { skips: [locked] };
  if (realm && !isOld(traces, realm.made, seen.began)) return skipped(name, "too young");
  if (pulumi?.swarm !== undefined && pulumi.swarm !== seen.swarm) {
    const foreign: Skip = {
      what: `pulumi stack ${pulumi.name}`,
      reason: "foreign",
      detail: `belongs to swarm ${pulumi.swarm}`,
    };
    const { plan, skips } = orphan({ ...traces, pulumi: undefined, dir: undefined }, seen);
    return { ...(plan ? { plan } : {}), skips: [foreign, ...skips] };
  }
  return orphan(traces, seen);
}

function orphan(traces: Traces, seen: RunContext): Verdict {
  const { name, pulumi, dir } = traces;
  const realm = ownRealm(traces);
  const settled = isSettled(traces, seen.began);
  if (dir?.liveness === "unknown" && !settled) return skipped(name, "no lease yet");
  const domains = realm ? domainsOf(traces.run, seen.baseDomain) : [];
  const { own, skips } = stacksOf(traces, domains, seen);
  const waiting: Skip[] = !settled && (pulumi || dir) ? [{ what: name, reason: "no lease yet" }] : [];
  const parts = [...realmPart(traces, realm !== undefined), ...own, ...(settled ? rest(traces) : [])];
  if (parts.length === 0) return { skips: waiting };
  const why = dir?.liveness === "dead" ? "no lease, and its process is dead" : "no lease";
  return {
    plan: { run: name, why, lease: undefined, domains, parts, ...endedLock(traces) },
    skips: [...skips, ...waiting],
  };
}

/** Its process is proved dead; or no process is recorded, and nothing of it has changed for `SETTLED`. */
function isSettled({ dir, pulumi }: Traces, began: number): boolean {
  if (dir?.liveness === "dead") return true;
  const all = [...(dir ? [dir.changed] : []), ...(pulumi ? [pulumi.changed] : [])];
  return all.every(changed => changed !== undefined && isAged(changed, began, SETTLED));
}

/** A realm without a creation time is removed only when nothing else of its run remains. */
function isOld({ pulumi, dir }: Traces, made: unknown, began: number): boolean {
  if (made === undefined) return !pulumi && !dir;
  return typeof made === "string" && isAged(Date.parse(made), began, GRACE);
}

function ownRealm({ realm }: Traces): { readonly made: unknown } | undefined {
  return realm === "foreign" ? undefined : realm;
}

function realmPart(traces: Traces, removesRealm: boolean): Part[] {
  return removesRealm ? [{ kind: "realm", name: traces.name, seen: ownRealm(traces) !== undefined }] : [];
}

function rest({ name, pulumi, dir }: Traces): Part[] {
  return [...(pulumi ? [part("pulumi stack", pulumi.name)] : []), ...(dir ? [part("run folder", name)] : [])];
}

function part(kind: Part["kind"], name: string): Part {
  return { kind, name, seen: true };
}

function skipped(what: string, reason: Skip["reason"], detail?: string): Verdict {
  return { skips: [{ what, reason, ...(detail === undefined ? {} : { detail }) }] };
}
