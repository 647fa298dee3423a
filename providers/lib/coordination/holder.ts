// The holder of a record that every node of the swarm sees.
import { nodeId } from "../docker/index.ts";
import { currentProcess, type Liveness, livenessOf, type ProcessIdentity } from "../process/index.ts";

/** This process, with the Swarm node of its docker. */
export async function currentHolder(): Promise<ProcessIdentity> {
  const [own, node] = await Promise.all([currentProcess(), nodeId()]);
  return node === undefined ? own : { ...own, node };
}

/** Liveness of a record's holder, which may run on another node. */
export function livenessOnSwarm(holder: ProcessIdentity): Promise<Liveness> {
  return livenessOf(holder, nodeId);
}
