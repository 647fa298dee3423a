// The figures of many runs at once: when each had its token, when the last had ended, and the CPU time used. Pure.
import { figures } from "./measure.ts";
import type { Used } from "./meter.ts";
import type { Times } from "./row.ts";

/** When a run had its token and when it was removed, in milliseconds since all were started. */
export interface Reached {
  readonly token: number;
  readonly end: number;
}

export type CrowdPhase = "median token" | "last token" | "last end" | "CPU a run" | "Keycloak a run" | "CPU / cores";

/**
 * `CPU a run`, `Keycloak a run`: CPU time of the runs' processes, and of Keycloak with its database, per run. `CPU /
 * cores`: both together with every core busy. Throws without runs.
 */
export function crowdTimes(
  runs: readonly Reached[],
  { own, keycloak }: Omit<Used, "machine">,
  cores: number,
): Times<CrowdPhase> {
  const tokens = figures(runs.map(({ token }) => token));
  return {
    "median token": tokens.median,
    "last token": tokens.max,
    "last end": figures(runs.map(({ end }) => end)).max,
    "CPU a run": own / runs.length,
    "Keycloak a run": keycloak / runs.length,
    "CPU / cores": (own + keycloak) / cores,
  };
}
