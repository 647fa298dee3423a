// Makes a run's app be as its inputs say, and well: in place where that goes, else from undeployed.
import { AbraError } from "../lib/abra/index.ts";
import { type Verdict, InconclusiveError, UnhealthyError } from "../lib/health/index.ts";
import type { ServiceSnapshot } from "../lib/docker/index.ts";
import type { RunHost } from "./host.ts";
import { errorMessage } from "../lib/text.ts";

/**
 * Deploys, once, and waits for a whole good window. Over what runs it is tried in place; what Swarm rolls back, or what isn't well at its
 * deadline, is taken down and deployed once more: some recipes only come up together. `renew` names the secrets whose value is another one by now.
 * Throws UnhealthyError, InconclusiveError, AbraError.
 */
export async function ensure(host: RunHost, renew: readonly string[]): Promise<void> {
  const [before, stale] = [await host.serviceSnapshot(), await host.existing(renew)];
  if (before.length > 0) {
    const why = stale.length > 0 ? anotherValue(stale) : await inPlace(host, before);
    if (why === undefined) return;
    host.say(`${host.name}: ${why}; taken down, and deployed from undeployed`);
  }
  await host.undeploy();
  await host.deploy(stale);
  const verdict = await watch(host, []);
  if (verdict.health === "unhealthy")
    throw new UnhealthyError(`${host.name} ${host.what} isn't healthy: ${verdict.why}`);
  if (verdict.health === "inconclusive") throw inconclusive(host, verdict.why);
}

/** Why it doesn't go in place; undefined where it went. */
async function inPlace(host: RunHost, before: readonly ServiceSnapshot[]): Promise<string | undefined> {
  try {
    await host.deploy([]);
  } catch (error) {
    if (error instanceof AbraError && error.kind === "not in place")
      return `it can't be changed while it runs (${error.fatal})`;
    throw error;
  }
  const verdict = await watch(host, before);
  if (verdict.health === "healthy") return undefined;
  // The tasks are well, the way to them is not: the same would be met from undeployed.
  if (verdict.health === "inconclusive") throw inconclusive(host, verdict.why);
  return `in place it didn't come up (${verdict.why})`;
}

/** To fail at looking is no verdict. */
function watch(host: RunHost, before: readonly ServiceSnapshot[]): Promise<Verdict> {
  return host.gate(before).catch((error: unknown): Verdict => ({ health: "inconclusive", why: errorMessage(error) }));
}

function inconclusive({ name, what }: RunHost, why: string): InconclusiveError {
  return new InconclusiveError(`${name} ${what}: nothing can be said: ${why}`);
}

/** Swarm's secrets never change, and none can be taken away while a service uses it. */
function anotherValue(names: readonly string[]): string {
  return `${names.length === 1 ? "the secret" : "the secrets"} ${names.join(", ")} got another value, which a running app can't be given`;
}
