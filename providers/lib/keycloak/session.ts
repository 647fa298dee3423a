// The admin session of a deployed Keycloak. Name and password are read from the deployed service for each use, never
// kept: recipes and operators call the variables differently.
import { readSecret, serviceEnvironment, stackOf } from "../docker/index.ts";
import { logIn, type Admin } from "./admin.ts";

/** A session with a new token. Throws NoContainerError, AdminPasswordError, NotUpError. */
export async function adminSession(domain: string): Promise<Admin> {
  return logIn(`https://${domain}`, await adminAccount(domain));
}

export async function adminAccount(domain: string): Promise<{ username: string; password: string }> {
  const stack = stackOf(domain);
  const [password, environment] = await Promise.all([
    readSecret(stack, "app", "admin_password"),
    serviceEnvironment(stack, "app"),
  ]);
  return { username: adminName(environment), password };
}

/** Keycloak's variable since version 26, the one before, and one that a recipe's entrypoint may pass on. */
const NAME_VARIABLES = ["KC_BOOTSTRAP_ADMIN_USERNAME", "KEYCLOAK_ADMIN", "ADMIN_USERNAME"];

function adminName(environment: Readonly<Record<string, string>>): string {
  return NAME_VARIABLES.map(key => environment[key]).find(Boolean) ?? "admin";
}
