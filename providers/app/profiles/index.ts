// The profiles of recipes that need more than the defaults. To add one, write a file and list it here.
import { defaultProfile } from "./default.ts";
import { keycloak } from "./keycloak.ts";
import type { Profile } from "./profile.ts";
import { traefik } from "./traefik.ts";

export type { Profile } from "./profile.ts";

/** By recipe, in the order of the warm stack. */
const profiles: Readonly<Record<string, Profile>> = { traefik, keycloak };

/** The recipes that are always warm: the ingress, and the Keycloak of runs. */
export const warmByDefault: readonly string[] = Object.keys(profiles);

/** The recipe whose app gives runs their realms. */
export const keycloakRecipe = "keycloak";

export function profileOf(recipe: string): Profile {
  return Object.hasOwn(profiles, recipe) ? profiles[recipe]! : defaultProfile;
}
