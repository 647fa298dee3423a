// The configured warm apps. Pure, and without Pulumi: the commands use them too.
import type { WarmAppArgs } from "../providers/app/inputs.ts";
import { keycloakRecipe, profileOf, warmByDefault } from "../providers/app/profiles/index.ts";
import { warmDomain } from "../providers/lib/run/index.ts";
import type { Config } from "./config.ts";

type HealthDefaults = NonNullable<WarmAppArgs["health"]>;

/** The inputs of each warm app, ingresses first. */
export function warmApps(config: Config): WarmAppArgs[] {
  const recipes = [...new Set([...warmByDefault, ...Object.keys(config.apps)])];
  const isIngress = (recipe: string) => profileOf(recipe).ingress;
  const ordered = [...recipes.filter(isIngress), ...recipes.filter(recipe => !isIngress(recipe))];
  return ordered.map(recipe => warmApp(recipe, config));
}

/** The Keycloak that has the runs' realms. */
export function warmKeycloak(config: Config): WarmAppArgs {
  return warmApp(keycloakRecipe, config);
}

/** Settings override the profile's defaults. */
function warmApp(recipe: string, { baseDomain, stateDir, server, apps }: Config): WarmAppArgs {
  const settings = apps[recipe] ?? {};
  const profile = profileOf(recipe);
  const domain = settings.domain ?? warmDomain(recipe, baseDomain);
  const health = { ...defaultHealth(profile.health(domain), settings.health), ...settings.health };
  return { server, stateDir, stateful: profile.stateful, ...settings, recipe, domain, health } as WarmAppArgs;
}

/** A configured path stands alone. */
function defaultHealth(
  { fallback, ...health }: HealthDefaults,
  configured: HealthDefaults | undefined,
): HealthDefaults {
  return fallback === undefined || configured?.path !== undefined ? health : { ...health, fallback };
}
