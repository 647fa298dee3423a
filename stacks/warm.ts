// The warm stack: the proxy network, the ingress, then every other warm app.
import * as docker from "@pulumi/docker";
import type { Resource } from "@pulumi/pulumi";
import { WarmApp } from "../providers/app/index.ts";
import { describeHold } from "../providers/app/release.ts";
import { profileOf } from "../providers/app/profiles/index.ts";
import { freeSubnet, hostRoutes, networks } from "../providers/lib/docker/index.ts";
import type { Config } from "./config.ts";
import { warmApps } from "./warmApps.ts";

/** Declares the warm apps; returns the stack's outputs, by recipe. */
export async function warmStack(config: Config): Promise<object> {
  const network = await proxyNetwork();
  const ingresses: Resource[] = [];
  const outputs: Record<string, object> = {};
  for (const inputs of warmApps(config)) {
    const { ingress } = profileOf(inputs.recipe);
    const app = new WarmApp(inputs.recipe, inputs, { dependsOn: ingress ? [network] : [network, ...ingresses] });
    if (ingress) ingresses.push(app);
    outputs[inputs.recipe] = {
      url: app.url,
      version: app.version,
      held: app.held.apply(held => held.map(describeHold)),
    };
  }
  return outputs;
}

/**
 * Always declared, and imported if the host has it: the apps of every recipe use it. A difference in a property would
 * replace the network, so all are ignored. It outlives the stack.
 */
async function proxyNetwork(): Promise<docker.Network> {
  const existing = await networks();
  const id = existing.find(({ name }) => name === "proxy")?.id;
  const args = { name: "proxy", driver: "overlay", attachable: true };
  const options = { retainOnDelete: true, ignoreChanges: ["*"] };
  if (id !== undefined) return new docker.Network("proxy", args, { ...options, import: id });
  // Docker's default, a /24, runs out of addresses: a removed task may keep its own.
  const subnet = freeSubnet([...existing.flatMap(({ subnets }) => subnets), ...(await hostRoutes())]);
  return new docker.Network("proxy", subnet === undefined ? args : { ...args, ipamConfigs: [{ subnet }] }, options);
}
