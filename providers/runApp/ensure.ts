// Deploys a run's app in place, else from scratch; waits until it is healthy.
import { AbraError } from "../lib/abra/index.ts";
import type { ServiceSnapshot } from "../lib/docker/index.ts";
import { requireHealthy, verdictOf } from "../lib/health/index.ts";
import type { RunHost } from "./host.ts";

/**
 * Updates a running app in place. If Swarm rolls the update back, or the app isn't healthy at its deadline, undeploys
 * it and deploys from scratch, once: some recipes' services only start together. `renew` names the secrets whose value
 * may have changed. Throws UnhealthyError, InconclusiveError, ImageError, AbraError.
 */
export async function ensure(host: RunHost, renew: readonly string[]): Promise<void> {
  const before = await host.serviceSnapshot();
  const outdated = await host.existingSecrets(renew);
  // Before anything stops, and before the health deadline counts: a pull may take minutes.
  await host.pullImages();
  if (before.length > 0) {
    const obstacle = outdated.length > 0 ? secretsInUse(outdated) : await updateInPlace(host, before);
    if (obstacle === undefined) return;
    host.log(`${host.name}: ${obstacle}; undeploying, then deploying from scratch`);
  }
  await host.undeploy();
  await host.deploy(outdated);
  await passGate(host);
}

/** Waits until the app is healthy for a full window. Throws UnhealthyError, InconclusiveError. */
export async function passGate(host: RunHost): Promise<void> {
  requireHealthy(`${host.name} ${host.target}`, await verdictOf(() => host.gate([])));
}

/** Returns why the update in place failed; undefined if it succeeded. Throws InconclusiveError, AbraError. */
async function updateInPlace(host: RunHost, before: readonly ServiceSnapshot[]): Promise<string | undefined> {
  try {
    await host.deploy([]);
  } catch (error) {
    if (error instanceof AbraError && error.kind === "not in place") return `can't update in place (${error.fatal})`;
    throw error;
  }
  const verdict = await verdictOf(() => host.gate(before));
  if (verdict.health === "unhealthy") return `unhealthy after the update in place (${verdict.why})`;
  // An inconclusive verdict would be the same after a deploy from scratch.
  requireHealthy(`${host.name} ${host.target}`, verdict);
  return undefined;
}

/** Swarm's secrets are immutable, and can't be removed while a service uses them. */
function secretsInUse(names: readonly string[]): string {
  return `can't change the secret ${names.join(", ")} while the app runs`;
}
