// Creates a single-node swarm marked as the lab's; refuses a swarm that runs anything else, naming it.
import { readdir } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { at } from "./paths.ts";
import type { Step } from "./steps.ts";

/**
 * The lab's number. Increment when the format of a stored file, label or name changes: `lab up` then removes
 * a lab of another number first.
 */
export const LAB_NUMBER = 2;

/** The node's label: `made-<number>` if the lab created the swarm, `joined-<number>` if it found an empty one. */
export const nodeLabel = "hearth.lab";
/** Label on every service, volume and network of the lab's recipes. */
export const ownLabel = "hearth.lab.recipe";

export class ForeignHostError extends Error {
  override readonly name = "ForeignHostError";
}

export async function docker(...argv: string[]): Promise<string> {
  return (await execa("docker", argv)).stdout;
}

export interface LabMark {
  readonly origin: "made" | "joined";
  /** Undefined if the lab predates numbering. */
  readonly number: number | undefined;
}

/** Parses the node's label; undefined if the lab did not write it. */
export function parseMark(label: string | undefined): LabMark | undefined {
  const [, origin, number] = /^(made|joined)(?:-(\d+))?$/.exec(label ?? "") ?? [];
  if (origin === undefined) return undefined;
  return { origin: origin as LabMark["origin"], number: number === undefined ? undefined : Number(number) };
}

async function inSwarm(): Promise<boolean> {
  return (await docker("info", "--format", "{{.Swarm.LocalNodeState}}")) === "active";
}

/** The lab's mark on this node; undefined without a swarm, or if the swarm isn't the lab's. */
export async function labMark(): Promise<LabMark | undefined> {
  if (!(await inSwarm())) return undefined;
  const labels = await docker("node", "inspect", "self", "--format", "{{json .Spec.Labels}}");
  return parseMark((JSON.parse(labels) as Record<string, string>)[nodeLabel]);
}

/** Marks this node as the lab's, with this checkout's number. */
export async function markNode(origin: LabMark["origin"]): Promise<void> {
  await docker("node", "update", "--label-add", `${nodeLabel}=${origin}-${LAB_NUMBER}`, await nodeId());
}

/** `made`, `joined`, `unmarked`, or `none` without a swarm. */
export async function swarmState(): Promise<"made" | "joined" | "unmarked" | "none"> {
  if (!(await inSwarm())) return "none";
  return (await labMark())?.origin ?? "unmarked";
}

/** The id of this node in its swarm. */
export function nodeId(): Promise<string> {
  return docker("info", "--format", "{{.Swarm.NodeID}}");
}

/** Services in the swarm that aren't from the lab's recipes. */
export async function foreignServices(): Promise<string[]> {
  const names = (await docker("service", "ls", "--format", "{{.Name}}")).split("\n").filter(Boolean);
  if (names.length === 0) return [];
  const labelled = `{{.Spec.Name}} {{index .Spec.Labels "${ownLabel}"}}`;
  const lines = (await docker("service", "inspect", "--format", labelled, ...names)).split("\n");
  return lines
    .filter(line => line.trim().split(" ").length === 1)
    .map(line => line.trim())
    .filter(Boolean);
}

/** Domains of the apps in the machine's own abra folder. */
export async function operatorsApps(folder = process.env["ABRA_DIR"] ?? join(homedir(), ".abra")): Promise<string[]> {
  if (folder === at.abra) return [];
  const servers = join(folder, "servers");
  const files = await readdir(servers, { recursive: true }).catch(() => [] as string[]);
  return files.filter(file => file.endsWith(".env")).map(file => file.replace(/^.*\//, "").replace(/\.env$/, ""));
}

/** Throws ForeignHostError if the machine has stacks or apps that the lab did not create. */
export async function refuseForeign(): Promise<void> {
  const services = (await swarmState()) === "none" ? [] : await foreignServices();
  if (services.length > 0) {
    throw new ForeignHostError(
      `this machine's swarm runs services that the lab did not create: ${services.join(", ")}. ` +
        "Run the lab on another machine",
    );
  }
  const apps = await operatorsApps();
  if (apps.length > 0)
    throw new ForeignHostError(
      `this machine's abra has apps that the lab did not create: ${apps.join(", ")}. Run the lab on another machine`,
    );
}

export const swarm: Step = {
  name: "swarm",
  after: ["docker engine", "outdated lab"],
  ready: async () => {
    await refuseForeign();
    return (await labMark()) !== undefined;
  },
  run: async () => {
    const isNew = !(await inSwarm());
    // Not in the step's shell, which logs output: init prints the swarm's join token.
    if (isNew) await docker("swarm", "init", "--advertise-addr", "127.0.0.1");
    await markNode(isNew ? "made" : "joined");
  },
};
