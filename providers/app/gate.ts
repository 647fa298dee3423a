// Waits at the health gate, and throws unless the app passes.
import type { Rollbacks } from "../lib/docker/index.ts";
import { requireHealthy, verdictOf } from "../lib/health/index.ts";
import type { Baseline } from "../lib/state/index.ts";
import type { UpgradeHost } from "./host.ts";

/**
 * Waits until `version` is healthy for a full window. `before`: the rollbacks by Swarm before hearth's deploy; omit it
 * if hearth deployed nothing. Throws UnhealthyError, InconclusiveError.
 */
export async function passGate(
  host: UpgradeHost,
  version: string,
  baseline: Baseline | undefined,
  before?: Rollbacks,
): Promise<void> {
  requireHealthy(`${host.name} at ${version}`, await verdictOf(() => host.gate(version, baseline, before)));
}
