// A process identity, which no other process can share, and the liveness of the process it names.
import { readlink } from "node:fs/promises";
import { hostname } from "node:os";
import { z } from "zod";
import { bootId } from "./boot.ts";
import { machineId } from "./machine.ts";
import { statOf } from "./stat.ts";

export const processIdentity = z.object({
  /** Its name, for people: several machines may share one, and a machine may be renamed. */
  host: z.string(),
  /** machine-id(5); absent in most containers. */
  machine: z.string().optional(),
  /** The Swarm node of its docker: tells apart machines that were cloned with their machine id. */
  node: z.string().optional(),
  /** The kernel's boot id. */
  boot: z.string(),
  /** The pid namespace: in another one the same pid is another process. */
  pidns: z.string(),
  pid: z.int().positive(),
  /** Start time in clock ticks since boot: pids are reused, a pid with its start time isn't. */
  started: z.int().nonnegative(),
});

export type ProcessIdentity = z.infer<typeof processIdentity>;

/** `unknown`: can't be determined from this host or pid namespace. Treat it as alive. */
export type Liveness = "alive" | "dead" | "unknown";

/** The identity of this process. Throws if /proc isn't mounted. */
export async function currentProcess(): Promise<ProcessIdentity> {
  const [kernel, stat] = await Promise.all([currentKernel(), statOf(process.pid)]);
  if (!stat) throw new Error(`read /proc/${process.pid}/stat: not found: is /proc mounted?`);
  return { ...kernel, pid: process.pid, started: stat.started };
}

/**
 * `dead` only with proof: this machine was rebooted, the pid is gone, or another process has it. `node` returns the
 * Swarm node of this process's docker; it is only called for a process of another boot.
 */
export async function livenessOf(identity: ProcessIdentity, node: NodeId = async () => undefined): Promise<Liveness> {
  const kernel = await currentKernel();
  if (identity.boot !== kernel.boot) return (await isThisMachine(identity, node)) ? "dead" : "unknown";
  if (identity.pidns !== kernel.pidns) return "unknown";
  const stat = await statOf(identity.pid);
  return stat?.started === identity.started && !stat.ended ? "alive" : "dead";
}

/** Reads the id of the Swarm node of this process's docker; undefined without one. */
export type NodeId = () => Promise<string | undefined>;

/**
 * Whether the process ran on this machine, in this boot or an earlier one. False if that can't be proved: containers of
 * one image and cloned machines share a machine id, several machines use one docker, and names aren't unique. All three
 * must be equal for another boot.
 */
export async function isThisMachine(
  { boot, host, machine, node: other }: ProcessIdentity,
  node: NodeId = async () => undefined,
): Promise<boolean> {
  if (boot === (await bootId())) return true;
  if (host !== hostname() || machine === undefined || machine !== (await machineId())) return false;
  return other === undefined || other === (await node());
}

/** Whether both identities name the same process. */
export function isSameProcess(a: ProcessIdentity, b: ProcessIdentity): boolean {
  return a.boot === b.boot && a.pidns === b.pidns && a.pid === b.pid && a.started === b.started;
}

async function currentKernel(): Promise<Pick<ProcessIdentity, "host" | "machine" | "boot" | "pidns">> {
  const [boot, pidns, machine] = await Promise.all([bootId(), readlink("/proc/self/ns/pid"), machineId()]);
  return { host: hostname(), ...(machine === undefined ? {} : { machine }), boot, pidns };
}
