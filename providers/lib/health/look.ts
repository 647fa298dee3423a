// One look at an app: its tasks, then its answer through the ingress.
import { hasHostRegexp, routedServices, routerHosts, routerRules, type Service } from "../docker/index.ts";
import type { Fault } from "./answer.ts";
import { probeUrl } from "./http.ts";
import type { Health } from "./inputs.ts";
import { tasksTrouble, troubleBesideUpdates } from "./tasks.ts";

export interface Watched {
  readonly domain: string;
  readonly health: Health;
  /** Whether the app is itself the route by which others are reached. */
  readonly ingress: boolean;
}

/** `unreachable`: its tasks run, but the route to it fails, which is never its own fault. */
export type State = "healthy" | "not deployed" | "down" | "unreachable";

export interface Finding {
  readonly state: State;
  /** What is wrong; undefined if nothing is. */
  readonly trouble?: string;
  /** Waiting longer can't fix it. */
  readonly final?: boolean;
  /** Down because its tasks don't run, and not only while they are updated. */
  readonly isStopped?: boolean;
}

export const NOT_DEPLOYED = "not deployed";

interface LookOptions {
  /** Whether an app that serves is healthy while Swarm updates it, as another person's deploy may. Default: false. */
  readonly toleratesUpdates?: boolean;
  /** Probes the app from outside; specs replace it. */
  readonly ask?: (app: Watched) => Promise<Fault | undefined>;
}

/** `taskWords`: why tasks don't run, as `taskWatcher` returns it. */
export async function lookAt(
  app: Watched,
  services: readonly Service[],
  taskWords: (services: readonly Service[]) => Promise<string | undefined>,
  { toleratesUpdates = false, ask = answer }: LookOptions = {},
): Promise<Finding> {
  if (services.length === 0) return { state: NOT_DEPLOYED, trouble: NOT_DEPLOYED };
  const tasks = tasksTrouble(services);
  if (!tasks) return findingOf(await ask(app), app, services);
  const isStopped = troubleBesideUpdates(services) !== undefined;
  if (toleratesUpdates && !isStopped && !(await ask(app))) return { state: "healthy" };
  const words = await taskWords(services);
  const trouble = words ? `${tasks.what} (${words})` : tasks.what;
  return { state: "down", trouble, final: tasks.final, isStopped };
}

/** What the answer of an app proves whose tasks all run. */
export function findingOf(fault: Fault | undefined, app: Watched, services: readonly Service[]): Finding {
  if (!fault) return { state: "healthy" };
  if (!isRouteFault(fault, app, services)) return { state: "down", trouble: fault.what };
  const why = fault.by === "router" ? ": the ingress has no router for it" : "";
  return { state: "unreachable", trouble: `${fault.what}${why}` };
}

/** The ingress is the route: only an unresolved name isn't its own fault. */
function isRouteFault({ by }: Fault, { domain, ingress }: Watched, services: readonly Service[]): boolean {
  if (by === "name") return true;
  if (ingress || by === "app") return false;
  return by === "route" || declaresRouter(services, domain);
}

/**
 * A release whose labels no longer route its domain is at fault itself. Traefik ignores a service that doesn't enable
 * it: the recipe sets `exposedByDefault: false`.
 */
function declaresRouter(services: readonly Service[], domain: string): boolean {
  const rules = routedServices(services).flatMap(({ labels }) => routerRules(labels));
  return rules.some(rule => routerHosts(rule).includes(domain.toLowerCase()) || hasHostRegexp(rule));
}

function answer({ domain, health }: Watched): Promise<Fault | undefined> {
  const { path, fallback, status, allowUnauthorized, issuer } = health;
  const at = (asked: string) => `https://${domain}${asked}`;
  return probeUrl({ url: at(path), fallback: fallback && at(fallback), status, allowUnauthorized, issuer });
}
