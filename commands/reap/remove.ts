// Removes one dead run: no process works on it, the reaper holds its lease, and the lease is removed last.
import { LockedError } from "../../providers/lib/lock/index.ts";
import { claim, returnLease } from "./claim.ts";
import type { Part, Plan } from "./plan.ts";
import { maintained, maintenanceOf } from "./observe.ts";
import type { Skip } from "./observed.ts";
import { SkippedError, type ReapHost } from "./host.ts";

export interface Outcome {
  /** In order of removal. */
  readonly removed: readonly Part[];
  /** Why the rest, with the run's lease, is skipped. */
  readonly skip?: Skip;
  readonly failure?: string;
}

const PAUSE = 1_000;

/** Never throws. `until`: deadline for processes that still work on the run, as host.monotonicNow. */
export async function remove(host: ReapHost, plan: Plan, until: number): Promise<Outcome> {
  const removed: Part[] = [];
  try {
    const lock = await waitForWorkers(host, plan, until);
    const locks = await host.takeLocks(plan.run, until);
    try {
      await underLease(host, plan, lock, removed);
    } finally {
      await locks.release();
    }
    return { removed };
  } catch (error) {
    if (error instanceof SkippedError)
      return { removed, skip: { what: plan.run, reason: error.reason, detail: error.message } };
    if (error instanceof LockedError)
      return { removed, skip: { what: plan.run, reason: "in use by Pulumi", detail: error.message } };
    return { removed, failure: error instanceof Error ? error.message : String(error) };
  }
}

/**
 * Waits for a Pulumi that outlives the `hearth run` that started it. Returns the words of the lock that it left. Throws
 * SkippedError.
 */
export async function waitForWorkers(
  host: ReapHost,
  { parts, endedLock }: Plan,
  until: number,
): Promise<string | undefined> {
  const name = parts.find(({ kind }) => kind === "pulumi stack")?.name;
  if (name === undefined) return undefined;
  for (; ; await host.sleep(PAUSE)) {
    const { liveness, words } = await host.lockOf(name);
    if (liveness === "none") return undefined;
    if (liveness === "dead") return words;
    if (liveness === "unknown" && words === endedLock) return words;
    if (liveness === "unknown") throw new SkippedError("lock holder unknown", words);
    if (host.monotonicNow() >= until) throw new SkippedError("in use by Pulumi", words);
  }
}

async function underLease(host: ReapHost, plan: Plan, lock: string | undefined, removed: Part[]): Promise<void> {
  const { store, keycloak } = host;
  const claimed = await claim(store, plan, host.holder, host.now());
  if (!claimed) throw new SkippedError("changed meanwhile", "its lease changed since it was observed");
  try {
    // Checked once the lease exists, as a run does: either side sees the other.
    const detail = maintained(await maintenanceOf(host, await store.list()), keycloak);
    if (detail !== undefined && plan.parts.some(({ kind }) => kind === "realm"))
      throw new SkippedError("keycloak is in maintenance", detail);
    for (const part of plan.parts) if (await removePart(host, part, lock)) removed.push(part);
    await store.remove(claimed);
    removed.push(...plan.parts.filter(({ kind }) => kind === "lease"));
  } catch (error) {
    // If this fails too, the lease ends with this process.
    await returnLease(store, claimed, plan, host.now()).catch(() => undefined);
    throw error;
  }
}

/** Returns whether it existed. */
async function removePart(host: ReapHost, { kind, name, seen }: Part, lock: string | undefined): Promise<boolean> {
  if (kind === "lease") return false; // removed after everything else
  if (kind === "realm") return host.removeRealm(name);
  if (kind === "stack") await host.removeStack(name);
  if (kind === "pulumi stack") await host.removePulumi(name, lock);
  if (kind === "run folder") await host.removeDir(name);
  return seen;
}
