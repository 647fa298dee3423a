// Which swarm this is.
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

/** The id of the swarm that docker talks to. Throws NoSwarmError where there is none, or this node doesn't manage it. */
export async function clusterId(): Promise<string> {
  const { Swarm: swarm } = await get<Info>("/info", "look at the swarm");
  if (swarm.LocalNodeState !== "active") {
    throw new NoSwarmError(
      `docker is in no swarm (its node is ${swarm.LocalNodeState ?? "unknown"}): run \`docker swarm init\`, or point DOCKER_HOST at a manager`,
    );
  }
  const id = swarm.Cluster?.ID;
  if (!swarm.ControlAvailable || !id)
    throw new NoSwarmError("docker's node is no manager of its swarm: run hearth on a manager");
  return id;
}
