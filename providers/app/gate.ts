// The health gate as an operation meets it: passed, or an error that says what must come of it.
import { type Verdict, InconclusiveError, UnhealthyError } from "../lib/health/index.ts";
import type { Baseline } from "../lib/state/index.ts";
import type { UpgradeHost } from "./host.ts";
import { errorMessage } from "../lib/text.ts";

/** Waits for a whole good window. Throws UnhealthyError, or InconclusiveError where nothing is known against the app: to fail at looking is no verdict. */
export async function passGate(host: UpgradeHost, version: string, witness: Baseline | undefined): Promise<void> {
  const verdict = await host
    .gate(version, witness)
    .catch((error: unknown): Verdict => ({ health: "inconclusive", why: errorMessage(error) }));
  if (verdict.health === "unhealthy")
    throw new UnhealthyError(`${host.name} at ${version} isn't healthy: ${verdict.why}`);
  if (verdict.health === "inconclusive")
    throw new InconclusiveError(`${host.name} at ${version}: nothing can be said: ${verdict.why}`);
}
