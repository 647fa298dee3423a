// The warm stack: the proxy network, the ingress, then every other warm app.
import * as docker from "@pulumi/docker";
import type { Resource } from "@pulumi/pulumi";
import { WarmApp } from "../providers/app/index.ts";
import { describeHold } from "../providers/app/release.ts";
import { profileOf } from "../providers/app/profiles/index.ts";
import { hostRoutes, networks } from "../providers/lib/docker/index.ts";
import type { Config } from "./config.ts";
import { proxyNetwork } from "./proxyNetwork.ts";
import { warmApps } from "./warmApps.ts";

/** Declares the warm apps; returns the stack's outputs, by recipe. */
export async function warmStack(config: Config): Promise<object> {
  const { args, options } = proxyNetwork(await networks(), await hostRoutes(), new Date());
  const network = new docker.Network("proxy", args, options);
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
