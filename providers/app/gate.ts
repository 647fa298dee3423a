// The health gate as an operation sees it: passed, or an error that says what must follow.
import { InconclusiveError, UnhealthyError, type Verdict } from "../lib/health/index.ts";
import type { Baseline } from "../lib/state/index.ts";
import { errorMessage } from "../lib/text.ts";
import type { UpgradeHost } from "./host.ts";

/** Waits for a whole healthy window. Throws UnhealthyError, or InconclusiveError if health could not be determined. */
export async function passGate(host: UpgradeHost, version: string, baseline: Baseline | undefined): Promise<void> {
  const verdict = await gateVerdict(host, version, baseline);
  if (verdict.health === "unhealthy")
    throw new UnhealthyError(`${host.name} at ${version} isn't healthy: ${verdict.why}`);
  if (verdict.health === "inconclusive")
    throw new InconclusiveError(`${host.name} at ${version}: health could not be determined: ${verdict.why}`);
}

/** A failed probe is inconclusive, not unhealthy. */
async function gateVerdict(host: UpgradeHost, version: string, baseline: Baseline | undefined): Promise<Verdict> {
  try {
    return await host.gate(version, baseline);
  } catch (error) {
    return { health: "inconclusive", why: errorMessage(error) };
  }
}
