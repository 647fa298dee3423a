// Identifies the swarm.
import { get } from "./api.ts";

export class NoSwarmError extends Error {
  override readonly name = "NoSwarmError";
}

interface Info {
  readonly Swarm: {
    readonly LocalNodeState?: string;
    readonly ControlAvailable?: boolean;
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
