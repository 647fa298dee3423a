// The reaper: observes, decides, and removes dead runs one by one.
import type { MaintenanceRecord, StoredRecord } from "../../providers/lib/coordination/index.ts";
import { decide } from "./decide.ts";
import type { Part, Plan } from "./plan.ts";
import { observe } from "./observe.ts";
import type { Observed, Skip } from "./observed.ts";
import { remove, waitForWorkers } from "./remove.ts";
import { SkippedError, type ReapHost } from "./host.ts";

export interface Removed {
  readonly what: string;
  /** In the order of removal, the lease last. */
  readonly parts: readonly Part[];
  readonly why: string;
}

export interface Failed {
  readonly what: string;
  readonly why: string;
}

export interface Report {
  readonly removed: readonly Removed[];
  readonly failed: readonly Failed[];
  readonly skipped: readonly Skip[];
}

export interface ReapOptions {
  /** Changes nothing; `removed` has what would be removed. */
  readonly dryRun?: boolean;
  /** Milliseconds to wait, in total, for processes that still work on dead runs. */
  readonly patience?: number;
  /** Only these runs, and stale maintenance. Default: all. */
  readonly only?: readonly string[];
}

/** Milliseconds. */
export const PATIENCE = 5 * 60_000;

type Notes = { readonly [K in keyof Report]: Report[K][number][] };

/** Throws UnreadableRecordError with nothing changed. A failure of one run doesn't stop the others. */
export async function reap(
  host: ReapHost,
  { dryRun = false, patience = PATIENCE, only }: ReapOptions = {},
): Promise<Report> {
  const seen = await observe(host);
  const { plans, skips, staleMaintenance: leftOver } = decide(seen);
  const wanted = plans.filter(({ run }) => only?.includes(run) ?? true);
  const notes: Notes = { removed: [], failed: failures(seen), skipped: only ? [] : [...skips] };
  if (leftOver) await removeStaleMaintenance(host, leftOver, dryRun, notes);
  if (dryRun) for (const plan of wanted) foresee(plan, seen, notes);
  else await removeAll(host, wanted, host.monotonicNow() + patience, notes);
  return notes;
}

/** What a reap that doesn't wait would do. */
function foresee({ run, parts, why }: Plan, { pulumi }: Observed, { removed, skipped }: Notes): void {
  const busy = pulumi.find(({ name, lock }) => lock === "alive" && name === `ci-${run}`);
  if (busy)
    skipped.push({ what: run, reason: "in use by Pulumi", ...(busy.lockWords ? { detail: busy.lockWords } : {}) });
  else removed.push({ what: run, parts: parts.filter(part => part.seen), why });
}

/** Replaces the holder before removing it: an app may be taking it over. */
async function removeStaleMaintenance(
  { store, holder }: ReapHost,
  entry: StoredRecord<MaintenanceRecord>,
  dryRun: boolean,
  { removed, skipped }: Notes,
): Promise<void> {
  const { app, holder: dead } = entry.record;
  const what = `maintenance of ${app}`;
  if (!dryRun && !(await store.replace(entry, { ...entry.record, holder })))
    return void skipped.push({ what, reason: "changed meanwhile" });
  if (!dryRun) await store.remove(entry);
  removed.push({ what, parts: [], why: `holder pid ${dead.pid} on ${dead.host} is dead, and no operation is open` });
}

function failures({ realms, keycloak }: Observed): Failed[] {
  return "unseen" in realms && realms.unseen.failure ? [{ what: keycloak, why: realms.unseen.detail }] : [];
}

/** Removes the runs without a worker first; observes each of the others again once its worker has ended. */
async function removeAll(host: ReapHost, plans: readonly Plan[], until: number, notes: Notes): Promise<void> {
  const busy: Plan[] = [];
  for (const plan of plans) {
    const skip = await removeOne(host, plan, host.monotonicNow(), notes);
    if (skip?.reason === "in use by Pulumi" && host.monotonicNow() < until) busy.push(plan);
    else if (skip) notes.skipped.push(skip);
  }
  for (const plan of busy) {
    const skip = await retryOne(host, plan, until, notes);
    if (skip) notes.skipped.push(skip);
  }
}

async function retryOne(host: ReapHost, plan: Plan, until: number, notes: Notes): Promise<Skip | undefined> {
  const what = plan.run;
  try {
    await waitForWorkers(host, plan, until);
  } catch (error) {
    if (error instanceof SkippedError) return { what, reason: error.reason, detail: error.message };
    throw error;
  }
  const { plans, skips } = decide(await observe(host));
  const fresh = plans.find(({ run }) => run === what);
  return fresh ? removeOne(host, fresh, until, notes) : skips.find(skip => skip.what === what);
}

async function removeOne(
  host: ReapHost,
  plan: Plan,
  until: number,
  { removed, failed }: Notes,
): Promise<Skip | undefined> {
  const { removed: parts, skip, failure } = await remove(host, plan, until);
  if (parts.length > 0) removed.push({ what: plan.run, parts, why: plan.why });
  if (failure !== undefined) failed.push({ what: plan.run, why: `not removed: ${failure}` });
  return skip;
}
