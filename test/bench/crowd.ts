// What many runs at once come to: when they had their tokens, when the last was gone, and whose CPU time it took. Pure.
import { figures } from "./measure.ts";
import type { Used } from "./meter.ts";
import type { Times } from "./row.ts";

/** When a run had its token and when it was gone, in milliseconds since all of them were started. */
export interface Reached {
  readonly token: number;
  readonly end: number;
}

export type CrowdPhase = "median token" | "last token" | "last end" | "CPU a run" | "Keycloak a run" | "CPU / cores";

/**
 * CPU a run, Keycloak a run: CPU time of its own processes, and of Keycloak with its database, divided by the runs. CPU / cores: what both
 * together would take if they kept every core busy. Throws where there is no run.
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
