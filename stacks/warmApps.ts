// The warm apps as configuration has them. Pure: the commands read them too, without Pulumi.
import type { WarmAppArgs } from "../providers/app/inputs.ts";
import { keycloakRecipe, profileOf, warmByDefault } from "../providers/app/profiles/index.ts";
import { warmDomain } from "../providers/lib/run/index.ts";
import type { Config } from "./config.ts";

/** Each warm app's inputs, an ingress before the apps that are reached through it. */
export function warmApps(config: Config): WarmAppArgs[] {
  const recipes = [...new Set([...warmByDefault, ...Object.keys(config.apps)])];
  const isIngress = (recipe: string) => profileOf(recipe).ingress;
  const ordered = [...recipes.filter(isIngress), ...recipes.filter(recipe => !isIngress(recipe))];
  return ordered.map(recipe => warmApp(recipe, config));
}

/** The Keycloak on which runs have their realms. */
export function warmKeycloak(config: Config): WarmAppArgs {
  return warmApp(keycloakRecipe, config);
}

/** Configuration over the profile's defaults. */
function warmApp(recipe: string, { baseDomain, stateDir, server, apps }: Config): WarmAppArgs {
  const settings = apps[recipe] ?? {};
  const profile = profileOf(recipe);
  const domain = settings.domain ?? warmDomain(recipe, baseDomain);
  const health = { ...profile.health(domain), ...settings.health };
  return { server, stateDir, stateful: profile.stateful, ...settings, recipe, domain, health } as WarmAppArgs;
}
