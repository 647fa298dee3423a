// What a stack's services prove about an app: another version, a rollback by Swarm, tasks that don't run. Pure.
import { type Rollbacks, routedServices, type Service } from "../docker/index.ts";

/** Another version runs than the deployed one: no further probe can change that. */
export interface OtherVersion {
  readonly trouble: string;
  readonly inconclusive: boolean;
}

/**
 * Why `runs` runs instead of `version`, or why `version` is only what Swarm rolled back to. `before`: the rollbacks
 * before hearth's deploy; undefined if it deployed nothing: a rollback proves nothing against the version that runs.
 * When Swarm rolls an update back, it reverts a service's labels too.
 */
export function anotherVersion(
  services: readonly Service[],
  runs: string | undefined,
  version: string,
  before: Rollbacks | undefined,
): OtherVersion | undefined {
  if (services.length === 0) return undefined;
  if (runs === version) return before && swarmRollback(services, before);
  const rollback = swarmRollback(services, before ?? {});
  if (rollback) return rollback;
  return {
    trouble: `${runs ?? "an unknown version"} runs instead of ${version}: another person deployed it`,
    inconclusive: true,
  };
}

/** The first service whose last update Swarm rolled back, or is rolling back, unless it did so `before`. */
export function swarmRollback(services: readonly Service[], before: Rollbacks): OtherVersion | undefined {
  const rolled = services.find(({ name, rollback }) => rollback !== undefined && rollback !== before[name]);
  return rolled && { trouble: `Swarm rolled ${rolled.name} back: its new task didn't stay up`, inconclusive: false };
}

/**
 * The first service that isn't running as desired. One that wants no task is well beside others, and a one-shot service
 * that ended with success; but a service that Traefik routes to must run, whatever it wants and however it ended.
 * `paused` and `rollback_paused` never
 * clear on their own: while every task runs the present spec, only the tasks count.
 */
export function tasksTrouble(services: readonly Service[]): { what: string; final: boolean } | undefined {
  const routed = routedServices(services);
  const isOff = ({ running, desired }: Service) => desired === 0 || (routed.length > 0 && running === 0);
  const serving = routed.length > 0 ? routed : services;
  const off = serving.every(isOff) ? serving : [];
  for (const service of services) {
    const { name, running, completed, desired, update, isCurrent } = service;
    if ((update === "paused" || update === "rollback_paused") && isCurrent !== true)
      return { what: `${name}'s update is ${update}`, final: true };
    if (isUpdating(service))
      return {
        what: `${name} is ${update === "updating" ? "being updated" : "being rolled back by Swarm"}`,
        final: false,
      };
    if (off.includes(service) || running + completed < desired) return { what: `${name} isn't running`, final: false };
  }
  return undefined;
}

/** The first service that isn't running as desired for another reason than an update in progress. */
export function troubleBesideUpdates(services: readonly Service[]): { what: string; final: boolean } | undefined {
  const updated = (service: Service): Service => ({
    ...service,
    update: undefined,
    running: Math.max(service.running, service.desired),
  });
  return tasksTrouble(services.map(service => (isUpdating(service) ? updated(service) : service)));
}

function isUpdating({ update }: Service): boolean {
  return update === "updating" || update === "rollback_started";
}
