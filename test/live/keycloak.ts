// Reads Keycloak's data for the live specs, through its admin API and its database.
import { readSecret } from "../../providers/lib/docker/container.ts";
import { keycloak, must } from "./host.ts";

const base = `https://${keycloak.domain}`;

async function token(): Promise<string> {
  const password = await readSecret(keycloak.stack, "app", "admin_password");
  const body = new URLSearchParams({ grant_type: "password", client_id: "admin-cli", username: "admin", password });
  const answer = await fetch(`${base}/realms/master/protocol/openid-connect/token`, { method: "POST", body });
  return ((await answer.json()) as { access_token: string }).access_token;
}

/** Creates a realm that belongs to no run, with a user who can log in. */
export async function makeRealm(realm: string): Promise<void> {
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
  if (answer.status !== 201) throw new Error(`create realm ${realm}: HTTP ${answer.status} ${await answer.text()}`);
}

/** The HTTP status of a password grant for the realm's user: 200 if the user can log in. */
export async function logIn(realm: string): Promise<number> {
  const body = new URLSearchParams({ grant_type: "password", client_id: "app", username: "anna", password: "secret" });
  return (await fetch(`${base}/realms/${realm}/protocol/openid-connect/token`, { method: "POST", body })).status;
}

/** The Keycloak versions that migrated the database, the number of its change sets, and its realms. */
export async function database(): Promise<{ migrations: string[]; changes: number; realms: string[] }> {
  const sql =
    "select VERSION from MIGRATION_MODEL order by VERSION; select '-'; select count(*) from DATABASECHANGELOG; " +
    "select '-'; select NAME from REALM order by NAME";
  const [container = ""] = (
    await must("docker", "ps", "-q", "--filter", `label=com.docker.swarm.service.name=${keycloak.stack}_db`)
  ).split("\n");
  const text = await must("docker", "exec", container, "mariadb", "-N", "keycloak", "-e", sql);
  const [migrations = "", changes = "", realms = ""] = text.split(/^-$/m);
  const lines = (part: string) => part.split("\n").filter(Boolean);
  return { migrations: lines(migrations), changes: Number(changes), realms: lines(realms) };
}
