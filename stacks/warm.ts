// The warm stack: the proxy network, Traefik, then Keycloak.
import * as docker from "@pulumi/docker";
import { App } from "../providers/app/index.ts";
import { networkId } from "../providers/lib/docker/index.ts";
import type { Config } from "./config.ts";
import { warmApps } from "./warmApps.ts";

/** Declares the kept apps; gives back the stack's outputs. */
export async function warmStack(config: Config): Promise<object> {
  const apps = warmApps(config);
  const network = await proxyNetwork();
  const traefik = new App("traefik", apps.traefik, { dependsOn: network });
  const keycloak = new App("keycloak", apps.keycloak, { dependsOn: traefik });
  return { traefik: summary(traefik), keycloak: summary(keycloak) };
}

/**
 * Always declared and, where the host has it, imported: every recipe's apps hang on it, whoever made it. Any property of
 * docker.Network that differs would replace it, so none is looked at; and it outlives the stack.
 */
async function proxyNetwork(): Promise<docker.Network> {
  const id = await networkId("proxy");
  const options = { retainOnDelete: true, ignoreChanges: ["*"] };
  return new docker.Network(
    "proxy",
    { name: "proxy", driver: "overlay", attachable: true },
    id === undefined ? options : { ...options, import: id },
  );
}

function summary(app: App): object {
  return { url: app.url, version: app.version, held: app.held };
}
