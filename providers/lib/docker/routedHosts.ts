// The hosts that Swarm's services declare to Traefik, each with the tasks of the app behind it.
import { get } from "./api.ts";
import { hasHostRegexp, routerHosts, routerRules } from "./routers.ts";

export interface AppTask {
  readonly id: string;
  /** Swarm's state of the task: `running`, `complete`, `failed` … */
  readonly state: string;
  /** What Swarm wants it to become: `ready` or `running` for a task that isn't given up. */
  readonly desired: string;
}

export interface RoutedHost {
  /** In lower case. */
  readonly name: string;
  /**
   * Tasks of all services of the stacks that declare the host, ended ones too: an app whose backend crashed answers
   * badly itself.
   */
  readonly tasks: readonly AppTask[];
}

export interface RoutedHosts {
  readonly hosts: readonly RoutedHost[];
  /** Names of the services with a `HostRegexp(…)`, whose hosts can't be listed. */
  readonly unlisted: readonly string[];
}

interface Service {
  readonly ID: string;
  readonly Spec: { readonly Name: string; readonly Labels?: Readonly<Record<string, string>> | null };
}

interface Task {
  readonly ID: string;
  readonly ServiceID: string;
  readonly DesiredState: string;
  readonly Status: { readonly State: string };
}

/** The routed hosts of the whole swarm, as of now. */
export async function routedHosts(): Promise<RoutedHosts> {
  const [services, tasks] = await Promise.all([
    get<Service[]>("/services", "list services"),
    get<Task[]>("/tasks", "list tasks"),
  ]);
  return hostsOf(services, tasks);
}

/** Pure part of `routedHosts`. */
export function hostsOf(services: readonly Service[], tasks: readonly Task[]): RoutedHosts {
  const stackIn = ({ ID, Spec }: Service) => Spec.Labels?.["com.docker.stack.namespace"] ?? ID;
  const stacks = new Map(services.map(service => [service.ID, stackIn(service)]));
  const rules = services.map(service => ({ service, rules: routerRules(service.Spec.Labels ?? {}) }));
  const declared = rules.flatMap(({ service, rules: all }) =>
    all.flatMap(routerHosts).map(name => ({ name, stack: stackIn(service) })),
  );
  const hosts = [...new Set(declared.map(({ name }) => name))].map(name => {
    const owners = new Set(declared.flatMap(each => (each.name === name ? [each.stack] : [])));
    const own = tasks.filter(({ ServiceID }) => owners.has(stacks.get(ServiceID) ?? ""));
    return {
      name,
      tasks: own.map(({ ID, Status, DesiredState }) => ({ id: ID, state: Status.State, desired: DesiredState })),
    };
  });
  const unlisted = rules.flatMap(({ service, rules: all }) => (all.some(hasHostRegexp) ? [service.Spec.Name] : []));
  return { hosts, unlisted };
}
