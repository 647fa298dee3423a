// A realm with a user: shows whether data survives. Reads the admin's password from the running Keycloak.
import { readSecret } from "../../providers/lib/docker/container.ts";
import { stackOf } from "../../providers/lib/docker/names.ts";
import { warmDomain } from "../../providers/lib/run/names.ts";
import { base as labBase } from "./paths.ts";

const domain = warmDomain("keycloak", labBase);
const base = `https://${domain}`;

async function token(): Promise<string> {
  const password = await readSecret(stackOf(domain), "app", "admin_password");
  const body = new URLSearchParams({ grant_type: "password", client_id: "admin-cli", username: "admin", password });
  const answer = await fetch(`${base}/realms/master/protocol/openid-connect/token`, { method: "POST", body });
  return ((await answer.json()) as { access_token: string }).access_token;
}

/** Creates a realm that belongs to no run, with a user who can log in. `ifAbsent`: one that exists is no error. */
export async function makeRealm(realm: string, ifAbsent = false): Promise<void> {
  const representation = {
    realm,
    enabled: true,
    clients: [{ clientId: "app", publicClient: true, directAccessGrantsEnabled: true }],
    users: [
      {
        username: "anna",
        email: "anna@example.test",
        emailVerified: true,
        firstName: "Anna",
        lastName: "A",
        enabled: true,
        credentials: [{ type: "password", value: "secret", temporary: false }],
      },
    ],
  };
  const headers = { authorization: `Bearer ${await token()}`, "content-type": "application/json" };
  const answer = await fetch(`${base}/admin/realms`, { method: "POST", headers, body: JSON.stringify(representation) });
  if (answer.status !== 201 && !(answer.status === 409 && ifAbsent))
    throw new Error(`create realm ${realm}: HTTP ${answer.status} ${await answer.text()}`);
}

/** The HTTP status of a password grant for the realm's user: 200 if the user can log in. */
export async function logIn(realm: string): Promise<number> {
  const body = new URLSearchParams({ grant_type: "password", client_id: "app", username: "anna", password: "secret" });
  return (await fetch(`${base}/realms/${realm}/protocol/openid-connect/token`, { method: "POST", body })).status;
}
