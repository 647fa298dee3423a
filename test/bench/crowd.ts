// Summarizes concurrent runs: time to token, time to the last teardown, CPU time. Pure.
import { figures } from "./measure.ts";
import type { CpuUsage } from "./meter.ts";
import type { Times } from "./row.ts";

/** When a run got its token and when its teardown ended, in milliseconds since the crowd started. */
export interface RunTimes {
  readonly token: number;
  readonly end: number;
}

export type CrowdPhase = "median token" | "last token" | "last end" | "CPU a run" | "Keycloak a run" | "CPU / cores";

/**
 * `CPU a run`, `Keycloak a run`: CPU time of the runs' processes, and of Keycloak with its database, per run.
 * `CPU / cores`: the shortest time in which all cores could do that work. Throws if there are no runs.
 */
export function crowdTimes(
  runs: readonly RunTimes[],
  { own, keycloak }: Omit<CpuUsage, "machine">,
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
