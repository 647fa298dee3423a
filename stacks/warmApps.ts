// The apps that the warm stack keeps, as configuration says them. Pure: the commands read it too, without Pulumi.
import type { AppArgs } from "../providers/app/inputs.ts";
import { warmDomain } from "../providers/lib/run/index.ts";
import type { AppConfig, Config } from "./config.ts";

export type WarmAppName = "traefik" | "keycloak";

/** Each kept app's inputs, in the order in which they depend on one another. */
export function warmApps(config: Config): Record<WarmAppName, AppArgs> {
  const { traefik, keycloak } = config.apps;
  const domain = keycloak?.domain ?? warmDomain("keycloak", config.baseDomain);
  const master = { path: "/realms/master/.well-known/openid-configuration", issuer: `https://${domain}/realms/master` };
  return {
    traefik: kept("traefik", config, traefik, { stateful: false, health: { path: "/ping" } }),
    keycloak: kept("keycloak", config, keycloak, { health: master }),
  };
}

function kept(
  recipe: WarmAppName,
  config: Config,
  settings: AppConfig | undefined,
  own: Pick<AppArgs, "stateful" | "health">,
): AppArgs {
  const { baseDomain, stateDir, server } = config;
  const defaults = { domain: warmDomain(recipe, baseDomain), server, stateDir };
  return { ...defaults, ...own, ...settings, recipe, health: { ...own.health, ...settings?.health } } as AppArgs;
}
