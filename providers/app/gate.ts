// The health gate as an operation meets it: passed, or an error that says what must come of it.
import type { Verdict } from "../lib/health/gate.ts";
import type { Witness } from "../lib/state/operation.ts";
import { blame, InconclusiveError, UnhealthyError } from "./errors.ts";
import type { World } from "./host.ts";

/** Waits for a whole good window. Throws UnhealthyError, or InconclusiveError where nothing is known against the app: to fail at looking is no verdict. */
export async function passGate(world: World, version: string, witness: Witness | undefined): Promise<void> {
  const verdict = await world
    .gate(version, witness)
    .catch((error: unknown): Verdict => ({ health: "inconclusive", why: blame(error) }));
  if (verdict.health === "unhealthy")
    throw new UnhealthyError(`${world.name} at ${version} isn't healthy: ${verdict.why}`);
  if (verdict.health === "inconclusive")
    throw new InconclusiveError(`${world.name} at ${version}: nothing can be said: ${verdict.why}`);
}
