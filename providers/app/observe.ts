// What the world says of an app: what runs, at which version, and how it is.
import { lookAt } from "../health/http.ts";
import type { Look } from "../health/gate.ts";
import { stackOf } from "../abra/names.ts";
import { containersOf, isChaos, servicesOf, taskErrors, versionLabel, type Service } from "../swarm/stack.ts";
import type { AppInputs } from "./inputs.ts";

export interface Seen {
  readonly deployed: boolean;
  /** From the label that abra wrote. */
  readonly version: string | undefined;
  readonly chaos: boolean;
  /** `healthy`, or what is wrong, in words without ages or counters. */
  readonly condition: string;
}

export const HEALTHY = "healthy";
export const NOT_DEPLOYED = "not deployed";

type Watched = Pick<AppInputs, "domain" | "health">;

export async function observe(app: Watched): Promise<Seen> {
  const stack = stackOf(app.domain);
  const services = await servicesOf(stack);
  if (services.length === 0) return { deployed: false, version: undefined, chaos: false, condition: NOT_DEPLOYED };
  const trouble = tasksTrouble(services)?.what ?? (await answer(app));
  return {
    deployed: true,
    version: versionLabel(stack, services),
    chaos: isChaos(stack, services),
    condition: trouble === undefined ? HEALTHY : `down: ${trouble}`,
  };
}

/** One look for the health gate: tasks first, then the way from outside. */
export async function look(app: Watched): Promise<Look> {
  const stack = stackOf(app.domain);
  const [services, containers] = await Promise.all([servicesOf(stack), containersOf(stack)]);
  const tasks = services.length === 0 ? { what: NOT_DEPLOYED, final: false } : tasksTrouble(services);
  if (tasks) {
    const [error] = await taskErrors(stack);
    return { trouble: error ? `${tasks.what} (${error})` : tasks.what, containers, final: tasks.final };
  }
  return { trouble: await answer(app), containers };
}

/** The first service that isn't well. `paused` and `rollback_paused` never clear by themselves. */
export function tasksTrouble(services: readonly Service[]): { what: string; final: boolean } | undefined {
  for (const { name, running, desired, update } of services) {
    if (update === "paused" || update === "rollback_paused") return { what: `${name}'s update is ${update}`, final: true };
    if (update === "updating" || update === "rollback_started")
      return { what: `${name} is ${update === "updating" ? "being updated" : "being rolled back by Swarm"}`, final: false };
    if (desired === 0 || running < desired) return { what: `${name} isn't running`, final: false };
  }
  return undefined;
}

function answer({ domain, health }: Watched): Promise<string | undefined> {
  return lookAt({ url: `https://${domain}${health.path}`, status: health.status, issuer: health.issuer });
}
