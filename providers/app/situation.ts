// The release decision in the situation of the app: its configured version, upstream out of reach, broken. Pure.
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
}

/**
 * A broken app stays as it is until an operator acts. A configured version is not held. Without upstream the previous
 * decision stays, but never below what runs.
 */
export function applySituation(chosen: ReleaseDecision, situation: Situation): ReleaseDecision {
  const { configured, isOffline, previous, running, last, condition } = situation;
  if (condition === "broken" && last !== undefined) return { ...chosen, version: last, afterwards: undefined };
  if (configured !== "latest") return { ...chosen, version: configured, afterwards: undefined, held: [] };
  if (!isOffline || previous.version === undefined) return chosen;
  const version = running !== undefined && isLower(previous.version, running) ? running : previous.version;
  return { ...chosen, version, afterwards: undefined, held: previous.held ?? [] };
}

/** false if either is not a recipe version. */
function isLower(version: string, running: string): boolean {
  const [a, b] = [parseVersion(version), parseVersion(running)];
  return a !== undefined && b !== undefined && compareVersions(a, b) < 0;
}
