// How an app gets from what was observed to what is wanted. Pure.
import type { Remedy } from "./remedy.ts";

export interface SyncSituation {
  readonly remedy: Remedy;
  /** The version that runs or ran; undefined if it isn't known. */
  readonly current: string | undefined;
  readonly wanted: string;
  readonly lastGood: string | undefined;
  readonly isEnvCurrent: boolean;
  /** Whether a volume exists that hearth would snapshot. */
  readonly hasData: boolean;
  /** Versions that hearth deployed where no volume existed, and that weren't healthy. */
  readonly failedFirst: readonly string[];
}

/**
 * `deploy`: on the present data, until healthy and last good. `gate`: waits until what runs is healthy and last good.
 * `upgrade`: with a snapshot and a way back.
 */
export type SyncStep =
  | { readonly kind: "deploy"; readonly version: string }
  | { readonly kind: "gate"; readonly version: string }
  | { readonly kind: "upgrade"; readonly from: string; readonly to: string };

/** The steps, in order; each needs the one before to succeed. undefined: the data's version isn't known. */
export function planSync(situation: SyncSituation): SyncStep[] | undefined {
  const { remedy, current, wanted, lastGood, isEnvCurrent } = situation;
  const isUnchanged = current === wanted && isEnvCurrent;
  const needsDeploy = remedy === "redeploy" || (remedy === "wait" && !isUnchanged);
  if (needsDeploy && hasNothingToLose(situation)) return [{ kind: "deploy", version: wanted }];
  if (current === undefined) return undefined;
  const upgrade: SyncStep[] = current === wanted ? [] : [{ kind: "upgrade", from: current, to: wanted }];
  switch (remedy) {
    case "redeploy":
      return [{ kind: "deploy", version: current }, ...upgrade];
    case "wait":
      // The .env may be what makes it unreachable. A version can be only if none was healthy here.
      if (!isEnvCurrent) return [{ kind: "upgrade", from: current, to: current }, ...upgrade];
      return lastGood === undefined && !isUnchanged ? upgrade : [{ kind: "gate", version: current }, ...upgrade];
    case "none": {
      const gate: SyncStep[] = lastGood === current ? [] : [{ kind: "gate", version: current }];
      return isUnchanged ? gate : [...gate, { kind: "upgrade", from: current, to: wanted }];
    }
  }
}

/** Otherwise the data's own version comes first: a newer one would migrate data that no snapshot has. */
function hasNothingToLose({ lastGood, hasData, failedFirst, current = "" }: SyncSituation): boolean {
  return lastGood === undefined && (!hasData || failedFirst.includes(current));
}

/** The version to go to: one that failed here after `check` chose it isn't tried again. */
export function allowedVersion(wanted: string, current: string | undefined, isRejected: boolean): string {
  return isRejected && current !== undefined ? current : wanted;
}
