// Which swarm this is.
import { docker } from "./docker.ts";

export class NoSwarmError extends Error {
  override readonly name = "NoSwarmError";
}

/** The id of the swarm that docker talks to. Throws NoSwarmError where there is none, or this node doesn't manage it. */
export async function clusterId(): Promise<string> {
  const { stdout } = await docker(["info", "--format", "{{json .Swarm}}"], "look at the swarm");
  const swarm = JSON.parse(stdout) as { LocalNodeState?: string; ControlAvailable?: boolean; Cluster?: { ID?: string } | null };
  if (swarm.LocalNodeState !== "active") {
    throw new NoSwarmError(
      `docker is in no swarm (its node is ${swarm.LocalNodeState ?? "unknown"}): run \`docker swarm init\`, or point DOCKER_HOST at a manager`,
    );
  }
  const id = swarm.Cluster?.ID;
  if (!swarm.ControlAvailable || !id) throw new NoSwarmError("docker's node is no manager of its swarm: run hearth on a manager");
  return id;
}
