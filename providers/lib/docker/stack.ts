// Observes a Swarm stack: its services, their replicas and updates, and abra's labels.
import { filters, get } from "./api.ts";
import { docker } from "./docker.ts";
import { seconds } from "../time/index.ts";
import { countTasks } from "./tasks.ts";

export interface Service {
  readonly id: string;
  /** Without the stack's prefix. */
  readonly name: string;
  readonly running: number;
  readonly desired: number;
  /** Tasks of a one-shot service that ended with success. */
  readonly completed: number;
  /** Whether every desired task runs the present spec, or succeeded with it; undefined if no update is paused. */
  readonly isCurrent: boolean | undefined;
  /** Swarm's UpdateStatus.State; undefined if it was never updated. */
  readonly update: string | undefined;
  /**
   * When the update began that Swarm rolled back, or is rolling back; undefined without a rollback, or if a one-shot
   * service's task succeeded before it.
   */
  readonly rollback: string | undefined;
  readonly labels: Record<string, string>;
  /** Seconds that its containers may take to stop. */
  readonly stopGrace: number;
}

/** Docker's default for `stop_grace_period`, in seconds. */
const STOP_GRACE = 10;

interface Listed {
  readonly ID: string;
  readonly Spec: {
    readonly Name: string;
    readonly Labels?: Record<string, string>;
    readonly TaskTemplate?: {
      readonly ContainerSpec?: { readonly StopGracePeriod?: number };
      readonly RestartPolicy?: { readonly Condition?: string };
    };
  };
  readonly UpdateStatus?: { readonly State?: string; readonly StartedAt?: string };
  /** Since Docker 20.10. */
  readonly ServiceStatus?: { readonly RunningTasks: number; readonly DesiredTasks: number };
}

/** The environment of `<stack>_<service>`, with the values that the deploy filled in; empty if it isn't deployed. */
export async function serviceEnvironment(stack: string, service: string): Promise<Record<string, string>> {
  const name = `${stack}_${service}`;
  const listed = await get<Listed[]>(`/services?${filters({ name: [name] })}`, `read the environment of ${name}`);
  // Docker's name filter matches prefixes too.
  const found = listed.find(({ Spec }) => Spec.Name === name)?.Spec.TaskTemplate?.ContainerSpec;
  const lines = (found as { readonly Env?: readonly string[] | null } | undefined)?.Env ?? [];
  return Object.fromEntries(lines.map(line => [line.split("=", 1)[0]!, line.slice(line.indexOf("=") + 1)]));
}

/** Every service of `stack`; none if it isn't deployed. */
export async function servicesOf(stack: string): Promise<Service[]> {
  const what = `list the services of ${stack}`;
  const listed = await get<Listed[]>(
    `/services?status=true&${filters({ label: [`com.docker.stack.namespace=${stack}`] })}`,
    what,
  );
  return Promise.all(
    listed.map(async ({ ID, Spec, UpdateStatus, ServiceStatus }) => {
      if (!ServiceStatus)
        throw new Error(`docker: ${what}: ServiceStatus not found: upgrade the engine to Docker 20.10 or newer`);
      const { RunningTasks: running, DesiredTasks: desired } = ServiceStatus;
      const update = UpdateStatus?.State;
      const { ContainerSpec, RestartPolicy } = Spec.TaskTemplate ?? {};
      const isOneShot = ["none", "on-failure"].includes(RestartPolicy?.Condition ?? "any");
      // Most services need no answer: spare them the call.
      const isPaused = update === "paused" || update === "rollback_paused";
      const isRolledBack = update?.startsWith("rollback_") === true;
      const needsTasks = isPaused || (isOneShot && (running < desired || isRolledBack));
      const counts = needsTasks ? await countTasks(Spec.Name, ContainerSpec) : undefined;
      const completed = isOneShot ? (counts?.completed ?? 0) : 0;
      // Swarm takes a task that ends early for a failure, even if it succeeded.
      const hasSucceeded = isOneShot && counts?.othersCompleted === true;
      return {
        id: ID,
        name: Spec.Name.slice(stack.length + 1),
        running,
        desired,
        completed,
        isCurrent: isPaused ? counts!.current + completed >= desired : undefined,
        update,
        rollback: isRolledBack && !hasSucceeded ? (UpdateStatus?.StartedAt ?? update) : undefined,
        labels: Spec.Labels ?? {},
        stopGrace: ContainerSpec?.StopGracePeriod === undefined ? STOP_GRACE : seconds(ContainerSpec.StopGracePeriod),
      };
    }),
  );
}

/** By service, when its update began that Swarm rolled back: tells a later rollback from one that was there before. */
export type Rollbacks = Readonly<Record<string, string>>;

/** The rollbacks that Docker shows now. */
export function rollbacksOf(services: readonly Service[]): Rollbacks {
  return Object.fromEntries(services.flatMap(({ name, rollback }) => (rollback ? [[name, rollback]] : [])));
}

/** The version in abra's label; undefined without one. */
export function versionLabel(stack: string, services: readonly Service[]): string | undefined {
  return services.map(service => service.labels[`coop-cloud.${stack}.version`]).find(Boolean);
}

/** Seconds that abra would wait for a deploy, from the label that the recipe sets; undefined without one. */
export function timeoutLabel(stack: string, services: readonly Service[]): string | undefined {
  return services.map(service => service.labels[`coop-cloud.${stack}.timeout`]).find(Boolean);
}

/** Whether the stack was deployed from a working tree. */
export function isChaos(stack: string, services: readonly Service[]): boolean {
  return services.some(service => service.labels[`coop-cloud.${stack}.chaos`] === "true");
}

/** Ids of the running containers of `stack` on this node, in no particular order. */
export async function containersOf(stack: string): Promise<string[]> {
  const argv = ["ps", "--no-trunc", "--quiet", "--filter", `label=com.docker.stack.namespace=${stack}`];
  return (await docker(argv, `list the containers of ${stack}`)).stdout.split("\n").filter(Boolean);
}
