// When a Pulumi lock ends whose holder can't be observed: with the lease, at the latest at its own age limit. Pure.
import { isAged } from "./age.ts";
import type { Plan, Traces } from "./plan.ts";
import { LOCK_LIMIT, type Skip } from "./observed.ts";

/** Why the run must wait for the end of its lock; undefined if it needn't. */
export function lockSkip({ name, lease, pulumi }: Traces, began: number): Skip | undefined {
  if (pulumi?.lock !== "unknown") return undefined;
  if (lease && Date.parse(lease.entry.record.expiresAt) <= began) return undefined;
  const since = pulumi.lockSince ?? pulumi.changed;
  if (since !== undefined && isAged(since, began, LOCK_LIMIT)) return undefined;
  return {
    what: name,
    reason: "lock holder unknown",
    ...(pulumi.lockWords === undefined ? {} : { detail: pulumi.lockWords }),
  };
}

/** The plan's `endedLock`, of a run that `lockSkip` doesn't keep. */
export function endedLock({ pulumi }: Traces): Pick<Plan, "endedLock"> {
  return pulumi?.lock === "unknown" ? { endedLock: pulumi.lockWords } : {};
}
