// The swarm's other nodes, whose containers and volumes this node doesn't see.
import { filters, get } from "./api.ts";

interface Node {
  readonly ID: string;
  readonly Spec: { readonly Availability?: string };
  readonly Status?: { readonly State?: string };
  readonly Description?: { readonly Hostname?: string };
}

interface Task {
  readonly NodeID?: string;
  readonly Status: { readonly State: string };
  readonly Spec: {
    readonly ContainerSpec?: {
      readonly Mounts?: readonly { readonly Type: string; readonly ReadOnly?: boolean }[] | null;
    };
  };
}

/** Names of the other nodes on which Swarm may place tasks, sorted: those that aren't drained, paused or down. */
export async function otherNodes(): Promise<string[]> {
  const [self, nodes] = await swarmNodes();
  const isActive = ({ Spec, Status }: Node) => (Spec.Availability ?? "active") === "active" && Status?.State !== "down";
  return namesOf(nodes.filter(node => node.ID !== self && isActive(node)));
}

/** Names of the other nodes on which a task of `stack` writes to a volume, sorted. */
export async function volumeNodes(stack: string): Promise<string[]> {
  const label = [`com.docker.stack.namespace=${stack}`];
  const [[self, nodes], tasks] = await Promise.all([
    swarmNodes(),
    get<Task[]>(`/tasks?${filters({ label, "desired-state": ["running"] })}`, `list the tasks of ${stack}`),
  ]);
  const used = new Set(tasks.filter(writesToVolume).map(({ NodeID }) => NodeID));
  return namesOf(nodes.filter(({ ID }) => ID !== self && used.has(ID)));
}

function writesToVolume({ Status, Spec }: Task): boolean {
  const mounts = Spec.ContainerSpec?.Mounts ?? [];
  return Status.State === "running" && mounts.some(({ Type, ReadOnly }) => Type === "volume" && ReadOnly !== true);
}

/** This node's id, and all nodes. */
async function swarmNodes(): Promise<[self: string | undefined, nodes: Node[]]> {
  const [info, nodes] = await Promise.all([
    get<{ readonly Swarm: { readonly NodeID?: string } }>("/info", "inspect the swarm"),
    get<Node[]>("/nodes", "list the swarm's nodes"),
  ]);
  return [info.Swarm.NodeID, nodes];
}

function namesOf(nodes: readonly Node[]): string[] {
  return nodes.map(({ ID, Description }) => Description?.Hostname ?? ID).toSorted();
}
