// The swarm of one node, marked as the lab's; a swarm with somebody else's stacks or apps is refused by name.
import { readdir } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { at } from "./paths.ts";
import type { Step } from "./steps.ts";

/** The node's label: `made` where the lab made the swarm, `joined` where it found an empty one. */
export const nodeLabel = "hearth.lab";
/** The label on every service, volume and network that comes from a recipe of the lab. */
export const ownLabel = "hearth.lab.recipe";

export class ForeignHostError extends Error {
  override readonly name = "ForeignHostError";
}

export async function docker(...argv: string[]): Promise<string> {
  return (await execa("docker", argv)).stdout;
}

/** `made`, `joined`, `unmarked`, or `none` where docker is in no swarm. */
export async function swarmState(): Promise<"made" | "joined" | "unmarked" | "none"> {
  if ((await docker("info", "--format", "{{.Swarm.LocalNodeState}}")) !== "active") return "none";
  const labels = JSON.parse(await docker("node", "inspect", "self", "--format", "{{json .Spec.Labels}}")) as Record<
    string,
    string
  >;
  const state = labels[nodeLabel];
  return state === "made" || state === "joined" ? state : "unmarked";
}

/** The id of this node in its swarm. */
export function nodeId(): Promise<string> {
  return docker("info", "--format", "{{.Swarm.NodeID}}");
}

/** Services in the swarm that no recipe of the lab made. */
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

/** Domains in the machine's own abra folder, where an operator's apps are written down. */
export async function operatorsApps(folder = process.env["ABRA_DIR"] ?? join(homedir(), ".abra")): Promise<string[]> {
  if (folder === at.abra) return [];
  const servers = join(folder, "servers");
  const files = await readdir(servers, { recursive: true }).catch(() => [] as string[]);
  return files.filter(file => file.endsWith(".env")).map(file => file.replace(/^.*\//, "").replace(/\.env$/, ""));
}

/** Throws ForeignHostError where the machine has stacks or apps that the lab did not make. */
export async function refuseForeign(): Promise<void> {
  const services = (await swarmState()) === "none" ? [] : await foreignServices();
  if (services.length > 0) {
    throw new ForeignHostError(
      `this machine's swarm runs what the lab did not make: ${services.join(", ")}. The lab wants a machine of its own`,
    );
  }
  const apps = await operatorsApps();
  if (apps.length > 0)
    throw new ForeignHostError(
      `this machine's abra has apps that the lab did not make: ${apps.join(", ")}. The lab wants a machine of its own`,
    );
}

export const swarm: Step = {
  name: "swarm",
  after: ["docker engine"],
  ready: async () => {
    await refuseForeign();
    return ["made", "joined"].includes(await swarmState());
  },
  run: async () => {
    const found = await swarmState();
    // Not through the step's shell: init prints the swarm's join token, which belongs in no log.
    if (found === "none") await docker("swarm", "init", "--advertise-addr", "127.0.0.1");
    await docker(
      "node",
      "update",
      "--label-add",
      `${nodeLabel}=${found === "none" ? "made" : "joined"}`,
      await nodeId(),
    );
  },
};
