// The network `proxy`, which the apps of every recipe use: imported where the host has it, else made. Pure.
import type { CustomResourceOptions } from "@pulumi/pulumi";
import { freeSubnet, type Network } from "../providers/lib/docker/index.ts";

interface NetworkArgs {
  readonly name: string;
  readonly driver: string;
  readonly attachable: boolean;
  readonly labels?: { readonly label: string; readonly value: string }[];
  readonly ipamConfigs?: { readonly subnet: string }[];
}

/**
 * `existing`: the host's networks; `routes`: the subnets that it routes. The network outlives the stack. A difference
 * in a property would replace an existing one, so all are ignored. Only a refresh notices that a network of the state
 * was removed: the label is the difference for which a plain `up` makes it anew.
 */
export function proxyNetwork(
  existing: readonly Network[],
  routes: readonly string[],
  now: Date,
): { readonly args: NetworkArgs; readonly options: CustomResourceOptions } {
  const args = { name: "proxy", driver: "overlay", attachable: true };
  const id = existing.find(({ name }) => name === "proxy")?.id;
  if (id !== undefined) return { args, options: { retainOnDelete: true, ignoreChanges: ["*"], import: id } };
  const labels = [{ label: "hearth.created", value: now.toISOString() }];
  // Docker's default, a /24, runs out of addresses: a removed task may keep its own.
  const subnet = freeSubnet([...existing.flatMap(({ subnets }) => subnets), ...routes]);
  const options = { retainOnDelete: true };
  if (subnet === undefined) return { args: { ...args, labels }, options };
  return { args: { ...args, labels, ipamConfigs: [{ subnet }] }, options };
}
