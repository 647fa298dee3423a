// Which runs an app's upgrade concerns: those that it waits for, and those that wait for it.
import { z } from "zod";

/** `all`: every run. `warm`: runs that use the warm Keycloak. `none`: no run. */
export const runScope = z.enum(["all", "warm", "none"]);

export type RunScope = z.infer<typeof runScope>;

/** Which Keycloak a run uses. */
export const keycloakKind = z.enum(["warm", "dedicated", "none"]);

export type KeycloakKind = z.infer<typeof keycloakKind>;

/** Whether `scope` includes a run that uses such a Keycloak. */
export function includesRun(scope: RunScope, kind: KeycloakKind): boolean {
  return scope === "all" || (scope === "warm" && kind === "warm");
}
