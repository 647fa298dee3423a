// Records a stack's services before a deploy, and finds those that the deploy hasn't replaced yet.
import { docker, jsonLines } from "./docker.ts";
import { ProgramError } from "../process/index.ts";

export interface ServiceSnapshot {
  /** Without the stack's prefix. */
  readonly service: string;
  /** The part of its spec whose change makes Swarm replace tasks, as JSON. */
  readonly template: string;
  /** Ids of the tasks whose desired state is running. */
  readonly tasks: readonly string[];
}

interface Inspected {
  readonly Spec: { readonly Name: string; readonly TaskTemplate: unknown; readonly EndpointSpec?: unknown };
}

/** Every service of `stack`; none if it isn't deployed. */
export async function snapshotServices(stack: string): Promise<ServiceSnapshot[]> {
  const list = ["service", "ls", "--quiet", "--filter", `label=com.docker.stack.namespace=${stack}`];
  const ids = (await docker(list, `list the services of ${stack}`)).stdout.split("\n").filter(Boolean);
  if (ids.length === 0) return [];
  const [inspected, tasks] = await Promise.all([
    docker(["service", "inspect", ...ids], `inspect the services of ${stack}`),
    tasksOf(stack),
  ]);
  return (JSON.parse(inspected.stdout) as Inspected[]).map(({ Spec }) => ({
    service: Spec.Name.slice(stack.length + 1),
    template: JSON.stringify([Spec.TaskTemplate, Spec.EndpointSpec]),
    tasks: tasks.filter(({ Name }) => Name.replace(/^\\_ /, "").startsWith(`${Spec.Name}.`)).map(({ ID }) => ID),
  }));
}

async function tasksOf(stack: string): Promise<{ ID: string; Name: string }[]> {
  const argv = ["stack", "ps", "--no-trunc", "--filter", "desired-state=running", "--format", "{{json .}}", stack];
  const text = await docker(argv, `list the tasks of ${stack}`).catch(error => {
    if (error instanceof ProgramError && /nothing found in stack/i.test(error.result.stderr)) return { stdout: "" };
    throw error;
  });
  return jsonLines(text.stdout);
}

/**
 * The services whose spec changed but that still run a task from `before`. A deploy returns before Swarm begins to
 * replace tasks: for a moment the old task runs and no update is in progress.
 */
export function notReplaced(before: readonly ServiceSnapshot[], now: readonly ServiceSnapshot[]): string[] {
  const running = new Set(now.flatMap(({ tasks }) => tasks));
  const changed = before.filter(was => now.some(is => is.service === was.service && is.template !== was.template));
  return changed.filter(({ tasks }) => tasks.some(id => running.has(id))).map(({ service }) => service);
}
