// The admin session of a deployed Keycloak. The password is read from the running container for each use, never kept.
import { readSecret, stackOf } from "../docker/index.ts";
import { logIn, type Admin } from "./admin.ts";

interface AdminAccount {
  /** Where Keycloak is deployed. */
  readonly domain: string;
  readonly username: string;
}

/** A session with a new token. Throws NoContainerError, AdminPasswordError, NotUpError. */
export async function adminSession({ domain, username }: AdminAccount): Promise<Admin> {
  const password = await readSecret(stackOf(domain), "app", "admin_password");
  return logIn(`https://${domain}`, { username, password });
}
