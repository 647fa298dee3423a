// Observes an app: its version and its condition.
import { probeUrl, type Fault } from "./http.ts";
import type { Probe } from "./gate.ts";
import { containersOf, isChaos, type Service, servicesOf, taskErrors, versionLabel, stackOf } from "../docker/index.ts";
import { shortReason } from "../reason.ts";
import type { Health } from "./inputs.ts";

export interface ObservedApp {
  readonly deployed: boolean;
  /** From the label that abra wrote. */
  readonly version: string | undefined;
  readonly chaos: boolean;
  /** `healthy`, or what is wrong, without ages or counters. */
  readonly condition: string;
}

export const HEALTHY = "healthy";
export const NOT_DEPLOYED = "not deployed";

interface Watched {
  readonly domain: string;
  readonly health: Health;
}

interface Routed {
  /** Whether the app is itself the route by which others are reached. */
  readonly ingress: boolean;
}

/** Observes the tasks, then the response through the ingress. */
export async function observe(app: Watched): Promise<ObservedApp> {
  const stack = stackOf(app.domain);
  const services = await servicesOf(stack);
  if (services.length === 0) return { deployed: false, version: undefined, chaos: false, condition: NOT_DEPLOYED };
  const version = versionLabel(stack, services);
  // A removed service isn't listed, although its container may respond for a while.
  const missing = version === undefined ? "the service that carries abra's label is missing" : undefined;
  const trouble = missing ?? tasksTrouble(services)?.what ?? (await answer(app))?.what;
  return {
    deployed: true,
    version,
    chaos: isChaos(stack, services),
    condition: trouble === undefined ? HEALTHY : `down: ${shortReason(trouble)}`,
  };
}

/** Another version runs than the deployed one: no further probe can change that. */
interface OtherVersion {
  readonly trouble: string;
  readonly inconclusive: boolean;
}

/**
 * One probe for the health gate at `version`: the version that runs, then the tasks, then the route from outside, then
 * `more`, which returns what else is wrong in words, or undefined.
 */
export async function probe(
  app: Watched & Routed,
  version: string,
  more: () => Promise<string | undefined>,
): Promise<Probe> {
  const stack = stackOf(app.domain);
  return probeUnless(services => anotherVersion(services, versionLabel(stack, services), version), app, more);
}

/** As `probe`, with `findOther` deciding whether another version runs. */
export async function probeUnless(
  findOther: (services: readonly Service[]) => OtherVersion | undefined,
  app: Watched & Routed,
  more: () => Promise<string | undefined>,
): Promise<Probe> {
  const stack = stackOf(app.domain);
  const [services, containers] = await Promise.all([servicesOf(stack), containersOf(stack)]);
  const found = findOther(services);
  if (found) return { ...found, containers, final: true };
  const tasks = services.length === 0 ? { what: NOT_DEPLOYED, final: false } : tasksTrouble(services);
  if (tasks) {
    const [error] = await taskErrors(stack);
    return { trouble: error ? `${tasks.what} (${error})` : tasks.what, containers, final: tasks.final };
  }
  const fault = await answer(app);
  // The ingress is the route: if it can't be reached, that is its own fault.
  if (fault) return { trouble: fault.what, containers, inconclusive: fault.unreached && !app.ingress };
  return { trouble: await more(), containers };
}

/** Why `runs` runs instead of `version`. When Swarm rolls an update back, it reverts a service's labels too. */
export function anotherVersion(
  services: readonly Service[],
  runs: string | undefined,
  version: string,
): OtherVersion | undefined {
  if (services.length === 0 || runs === version) return undefined;
  const rollback = swarmRollback(services);
  if (rollback) return rollback;
  return {
    trouble: `${runs ?? "an unknown version"} runs instead of ${version}: another person deployed it`,
    inconclusive: true,
  };
}

/** The first service whose last update Swarm rolled back, or is rolling back. */
export function swarmRollback(services: readonly Service[]): OtherVersion | undefined {
  const rolled = services.find(({ update }) => update?.startsWith("rollback_"));
  return rolled && { trouble: `Swarm rolled ${rolled.name} back: its new task didn't stay up`, inconclusive: false };
}

/**
 * The first service that isn't running as desired. One that wants no task is well beside others, and so is a one-shot
 * service that ended with success. `paused` and `rollback_paused` never clear on their own: while every task runs the
 * present spec, only the tasks count.
 */
export function tasksTrouble(services: readonly Service[]): { what: string; final: boolean } | undefined {
  const isSwitchedOff = services.every(({ desired }) => desired === 0);
  for (const { name, running, completed, desired, update, isCurrent } of services) {
    if ((update === "paused" || update === "rollback_paused") && isCurrent !== true)
      return { what: `${name}'s update is ${update}`, final: true };
    if (update === "updating" || update === "rollback_started")
      return {
        what: `${name} is ${update === "updating" ? "being updated" : "being rolled back by Swarm"}`,
        final: false,
      };
    if (isSwitchedOff || running + completed < desired) return { what: `${name} isn't running`, final: false };
  }
  return undefined;
}

function answer({ domain, health }: Watched): Promise<Fault | undefined> {
  return probeUrl({ url: `https://${domain}${health.path}`, status: health.status, issuer: health.issuer });
}
