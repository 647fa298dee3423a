// The warm stack: the proxy network, Traefik, then Keycloak.
import * as docker from "@pulumi/docker";
import type * as pulumi from "@pulumi/pulumi";
import { App } from "../providers/app/index.ts";
import type { AppArgs } from "../providers/app/inputs.ts";
import { networkId } from "../providers/swarm/names.ts";
import type { AppConfig, Config } from "./config.ts";
import { keptDomain } from "../providers/run/names.ts";

/** Declares the kept apps; gives back the stack's outputs. */
export async function warmStack(config: Config): Promise<object> {
  const network = await proxyNetwork();
  const traefik = kept("traefik", config, config.apps.traefik, { path: "/ping" }, { dependsOn: network });
  const domain = config.apps.keycloak?.domain ?? keptDomain("keycloak", config.baseDomain);
  const master = { path: "/realms/master/.well-known/openid-configuration", issuer: `https://${domain}/realms/master` };
  const keycloak = kept("keycloak", config, config.apps.keycloak, master, { dependsOn: traefik });
  return { traefik: summary(traefik), keycloak: summary(keycloak) };
}

/**
 * Always declared and, where the host has it, imported: every recipe's apps hang on it, whoever made it. Any property of
 * docker.Network that differs would replace it, so none is looked at; and it outlives the stack.
 */
async function proxyNetwork(): Promise<docker.Network> {
  const id = await networkId("proxy");
  const options = { retainOnDelete: true, ignoreChanges: ["*"] };
  return new docker.Network("proxy", { name: "proxy", driver: "overlay", attachable: true }, id === undefined ? options : { ...options, import: id });
}

type Health = NonNullable<AppArgs["health"]>;

function kept(recipe: string, config: Config, settings: AppConfig | undefined, health: Health, options: pulumi.CustomResourceOptions): App {
  const { baseDomain, stateDir, server } = config;
  const defaults = { domain: keptDomain(recipe, baseDomain), server, stateDir };
  return new App(recipe, { ...defaults, ...settings, recipe, health: { ...health, ...settings?.health } } as AppArgs, options);
}

function summary(app: App): object {
  return { url: app.url, version: app.version, held: app.held };
}
