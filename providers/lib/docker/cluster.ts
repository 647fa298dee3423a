// Identifies the swarm, and the node of it that docker runs on.
import { get } from "./api.ts";

export class NoSwarmError extends Error {
  override readonly name = "NoSwarmError";
}

interface Info {
  readonly Swarm: {
    readonly LocalNodeState?: string;
    readonly ControlAvailable?: boolean;
    readonly NodeID?: string;
    readonly Cluster?: { readonly ID?: string } | null;
  };
}

/** The id of the swarm that docker talks to. Throws NoSwarmError unless docker's node is a manager of a swarm. */
export async function clusterId(): Promise<string> {
  const { Swarm: swarm } = await get<Info>("/info", "inspect the swarm");
  if (swarm.LocalNodeState !== "active") {
    const state = `expected an active node, got ${swarm.LocalNodeState ?? "unknown"}`;
    throw new NoSwarmError(
      `docker: inspect the swarm: ${state}: run \`docker swarm init\`, or point DOCKER_HOST at a manager`,
    );
  }
  const id = swarm.Cluster?.ID;
  if (!swarm.ControlAvailable || !id)
    throw new NoSwarmError("docker: inspect the swarm: the node is not a manager: run hearth on a manager");
  return id;
}

/** The id of the Swarm node that docker runs on; undefined outside a swarm, or if docker doesn't answer. */
export async function nodeId(): Promise<string | undefined> {
  try {
    return (await get<Info>("/info", "inspect the swarm")).Swarm.NodeID || undefined;
  } catch {
    return undefined;
  }
}
