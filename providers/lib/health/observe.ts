// What the world says of an app: what runs, at which version, and how it is.
import { probeUrl, type Fault } from "./http.ts";
import type { Probe } from "./gate.ts";
import { containersOf, isChaos, type Service, servicesOf, taskErrors, versionLabel, stackOf } from "../docker/index.ts";
import type { Health } from "./inputs.ts";

export interface ObservedApp {
  readonly deployed: boolean;
  /** From the label that abra wrote. */
  readonly version: string | undefined;
  readonly chaos: boolean;
  /** `healthy`, or what is wrong, in words without ages or counters. */
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

export async function observe(app: Watched): Promise<ObservedApp> {
  const stack = stackOf(app.domain);
  const services = await servicesOf(stack);
  if (services.length === 0) return { deployed: false, version: undefined, chaos: false, condition: NOT_DEPLOYED };
  const version = versionLabel(stack, services);
  // A service that was removed is in no list; its container may answer for a while yet.
  const missing = version === undefined ? "the service that carries abra's label is missing" : undefined;
  const trouble = missing ?? tasksTrouble(services)?.what ?? (await answer(app))?.what;
  return {
    deployed: true,
    version,
    chaos: isChaos(stack, services),
    condition: trouble === undefined ? HEALTHY : `down: ${trouble}`,
  };
}

/** What no further look can make good: another version than the one that was deployed. */
interface Other {
  readonly trouble: string;
  readonly elsewhere: boolean;
}

/**
 * One look for the health gate at `version`: whose version runs, then the tasks, then the way from outside, then `more`:
 * what else the app must show (in words what it doesn't; undefined where it does).
 */
export async function probe(
  app: Watched & Routed,
  version: string,
  more: () => Promise<string | undefined>,
): Promise<Probe> {
  const stack = stackOf(app.domain);
  return probeUnless(services => anotherVersion(services, versionLabel(stack, services), version), app, more);
}

/** As `look`, with `other` in the place of the version that must run. */
export async function probeUnless(
  other: (services: readonly Service[]) => Other | undefined,
  app: Watched & Routed,
  more: () => Promise<string | undefined>,
): Promise<Probe> {
  const stack = stackOf(app.domain);
  const [services, containers] = await Promise.all([servicesOf(stack), containersOf(stack)]);
  const found = other(services);
  if (found) return { ...found, containers, final: true };
  const tasks = services.length === 0 ? { what: NOT_DEPLOYED, final: false } : tasksTrouble(services);
  if (tasks) {
    const [error] = await taskErrors(stack);
    return { trouble: error ? `${tasks.what} (${error})` : tasks.what, containers, final: tasks.final };
  }
  const fault = await answer(app);
  // The ingress is the route: if it can't be reached, that is its own fault.
  if (fault) return { trouble: fault.what, containers, elsewhere: fault.unreached && !app.ingress };
  return { trouble: await more(), containers };
}

/** Whose fault it is that `runs` runs where `version` should: Swarm takes a service's labels back too when it rolls an update back by itself. */
export function anotherVersion(
  services: readonly Service[],
  runs: string | undefined,
  version: string,
): Other | undefined {
  if (services.length === 0 || runs === version) return undefined;
  const taken = swarmRollback(services);
  if (taken) return taken;
  return {
    trouble: `${runs ?? "a version without a name"} runs instead of ${version}: somebody else deployed it`,
    elsewhere: true,
  };
}

/** The first service that Swarm took back, or is taking back, to what it was before its last update. An update forgets how the one before it ended. */
export function swarmRollback(services: readonly Service[]): Other | undefined {
  const rolled = services.find(({ update }) => update?.startsWith("rollback_"));
  return (
    rolled && { trouble: `Swarm rolled ${rolled.name} back by itself: its new task didn't stay up`, elsewhere: false }
  );
}

/** The first service that isn't well. `paused` and `rollback_paused` never clear by themselves. */
export function tasksTrouble(services: readonly Service[]): { what: string; final: boolean } | undefined {
  for (const { name, running, desired, update } of services) {
    if (update === "paused" || update === "rollback_paused")
      return { what: `${name}'s update is ${update}`, final: true };
    if (update === "updating" || update === "rollback_started")
      return {
        what: `${name} is ${update === "updating" ? "being updated" : "being rolled back by Swarm"}`,
        final: false,
      };
    if (desired === 0 || running < desired) return { what: `${name} isn't running`, final: false };
  }
  return undefined;
}

function answer({ domain, health }: Watched): Promise<Fault | undefined> {
  return probeUrl({ url: `https://${domain}${health.path}`, status: health.status, issuer: health.issuer });
}
