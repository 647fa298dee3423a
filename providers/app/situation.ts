// The release decision in the situation of the app: its configured version, upstream out of reach, broken. Pure.
// No situation makes it a version that failed here.
import { compareVersions, parseVersion } from "../lib/recipe/index.ts";
import type { BlockedRelease, ReleaseDecision } from "./releaseTypes.ts";

/** The outputs of the previous check. */
export interface PreviousCheck {
  readonly version?: string;
  readonly held?: readonly BlockedRelease[];
  readonly swarm?: string;
}

export interface Situation {
  /** `latest`, or the version to run. */
  readonly configured: string;
  /** Whether upstream couldn't be reached. */
  readonly isOffline: boolean;
  readonly previous: PreviousCheck;
  /** The version that runs; undefined if none does. */
  readonly running: string | undefined;
  /** `running`, else the version that last ran, as far as it is known. */
  readonly last: string | undefined;
  readonly condition: string;
  /** The hold of the configured version if it failed here and wasn't approved since. */
  readonly rejection: BlockedRelease | undefined;
}

/**
 * A broken app stays as it is until an operator acts. A configured version is held only if it failed here. Without
 * upstream the previous decision stays, unless its version is held by now; but never below what
 * runs or last ran: it may have migrated the data.
 */
export function applySituation(chosen: ReleaseDecision, situation: Situation): ReleaseDecision {
  const { configured, isOffline, previous, last, condition } = situation;
  if (condition === "broken" && last !== undefined) return { ...chosen, version: last, afterwards: undefined };
  if (configured !== "latest") return { ...chosen, ...configuredVersion(situation), afterwards: undefined };
  if (!isOffline || previous.version === undefined) return chosen;
  return { ...chosen, ...offlineVersion(chosen, situation, previous.version), afterwards: undefined };
}

type Held = Pick<ReleaseDecision, "version" | "held">;

/** What runs stays, also at a version that failed here before. */
function configuredVersion({ configured, last, rejection }: Situation): Held {
  if (rejection === undefined || configured === last) return { version: configured, held: [] };
  return { version: last, held: [rejection] };
}

function offlineVersion(chosen: ReleaseDecision, { previous, last }: Situation, before: string): Held {
  if (before !== last && chosen.held.some(({ version }) => version === before))
    return { version: last, held: chosen.held };
  const version = last !== undefined && isLower(before, last) ? last : before;
  return { version, held: (previous.held ?? []).filter(hold => hold.version !== version) };
}

/** false if either is not a recipe version. */
function isLower(version: string, last: string): boolean {
  const [a, b] = [parseVersion(version), parseVersion(last)];
  return a !== undefined && b !== undefined && compareVersions(a, b) < 0;
}
