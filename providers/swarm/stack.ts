// What runs of a Swarm stack: its services, their replicas and updates, the labels that abra wrote.
import { docker, jsonLines } from "./docker.ts";
import { ProgramError } from "../program/run.ts";

export interface Service {
  /** Without the stack's prefix. */
  readonly name: string;
  readonly running: number;
  readonly desired: number;
  /** Swarm's UpdateStatus.State; undefined where there was no update. */
  readonly update: string | undefined;
  readonly labels: Record<string, string>;
}

/** Every service of `stack`; none where it isn't deployed. */
export async function servicesOf(stack: string): Promise<Service[]> {
  const filter = ["--filter", `label=com.docker.stack.namespace=${stack}`];
  const listed = jsonLines<{ ID: string; Replicas: string }>(
    (await docker(["service", "ls", ...filter, "--format", "{{json .}}"], `list the services of ${stack}`)).stdout,
  );
  if (listed.length === 0) return [];
  const text = await docker(["service", "inspect", ...listed.map(({ ID }) => ID)], `inspect the services of ${stack}`).catch(error => {
    if (error instanceof ProgramError && /no such service/i.test(error.result.stderr)) return undefined; // removed between the two calls
    throw error;
  });
  if (!text) return servicesOf(stack);
  const inspected = JSON.parse(text.stdout) as { ID: string; Spec: { Name: string; Labels?: Record<string, string> }; UpdateStatus?: { State?: string } }[];
  return inspected.map(({ ID, Spec, UpdateStatus }) => {
    const [running, desired] = replicas(listed.find(row => ID.startsWith(row.ID))?.Replicas ?? "0/0");
    return { name: Spec.Name.slice(stack.length + 1), running, desired, update: UpdateStatus?.State, labels: Spec.Labels ?? {} };
  });
}

/** `1/1`, or `0/1 (max 1 per node)`. */
function replicas(text: string): [running: number, desired: number] {
  const found = /^(\d+)\/(\d+)/.exec(text);
  return [Number(found?.[1] ?? 0), Number(found?.[2] ?? 0)];
}

/** The version that abra wrote on the stack; undefined where it wrote none. */
export function versionLabel(stack: string, services: readonly Service[]): string | undefined {
  return services.map(service => service.labels[`coop-cloud.${stack}.version`]).find(Boolean);
}

/** Whether the stack was deployed from somebody's working tree. */
export function isChaos(stack: string, services: readonly Service[]): boolean {
  return services.some(service => service.labels[`coop-cloud.${stack}.chaos`] === "true");
}

/** Ids of all containers of `stack` on this node that run, in no particular order. */
export async function containersOf(stack: string): Promise<string[]> {
  const argv = ["ps", "--no-trunc", "--quiet", "--filter", `label=com.docker.stack.namespace=${stack}`];
  return (await docker(argv, `list the containers of ${stack}`)).stdout.split("\n").filter(Boolean);
}

/** Why the tasks of a service ended, newest first: at most five, which is what Swarm keeps. */
export async function taskErrors(stack: string): Promise<string[]> {
  const argv = ["stack", "ps", "--no-trunc", "--format", "{{json .}}", stack];
  const text = await docker(argv, `list the tasks of ${stack}`).catch(error => {
    if (error instanceof ProgramError && /nothing found in stack/i.test(error.result.stderr)) return { stdout: "" };
    throw error;
  });
  return jsonLines<{ Name: string; Error: string }>(text.stdout)
    .filter(task => task.Error !== "")
    .map(task => `${task.Name.replace(`${stack}_`, "").replace(/\..*$/, "")}: ${task.Error}`);
}
