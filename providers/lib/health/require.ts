// Turns the gate's verdict into success or an error.
import { InterruptedError } from "../run/index.ts";
import { errorMessage } from "../text.ts";
import { InconclusiveError, UnhealthyError } from "./errors.ts";
import type { Verdict } from "./gate.ts";

/** Waits at the gate. A failed probe is inconclusive, not unhealthy. Throws InterruptedError. */
export async function verdictOf(gate: () => Promise<Verdict>): Promise<Verdict> {
  try {
    return await gate();
  } catch (error) {
    if (error instanceof InterruptedError) throw error;
    return { health: "inconclusive", why: errorMessage(error) };
  }
}

/** Throws UnhealthyError or InconclusiveError unless `verdict` is healthy. `what`: app and version, for the error. */
export function requireHealthy(what: string, verdict: Verdict): void {
  if (verdict.health === "unhealthy") throw new UnhealthyError(`${what} isn't healthy: ${verdict.why}`);
  if (verdict.health === "inconclusive")
    throw new InconclusiveError(`${what}: health could not be determined: ${verdict.why}`);
}
