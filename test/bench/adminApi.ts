// Calls Keycloak's admin API directly: three requests.
import { realmOf, type Realm } from "./realm.ts";

/** Returns a new admin token. A token can't access realms created after it was issued: get one per realm. */
export async function logIn(url: string, password: string): Promise<string> {
  const body = new URLSearchParams({ grant_type: "password", client_id: "admin-cli", username: "admin", password });
  const answer = await fetch(`${url}/realms/master/protocol/openid-connect/token`, { method: "POST", body });
  if (!answer.ok) throw new Error(`log in as admin: HTTP ${answer.status}`);
  return ((await answer.json()) as { access_token: string }).access_token;
}

export async function create(url: string, admin: string, realm: Realm): Promise<void> {
  const headers = { authorization: `Bearer ${admin}`, "content-type": "application/json" };
  const answer = await fetch(`${url}/admin/realms`, { method: "POST", headers, body: JSON.stringify(realmOf(realm)) });
  await answer.arrayBuffer();
  if (!answer.ok) throw new Error(`create realm ${realm.name}: HTTP ${answer.status}`);
}

/** Succeeds if the realm doesn't exist. */
export async function remove(url: string, admin: string, { name }: Realm): Promise<void> {
  const answer = await fetch(`${url}/admin/realms/${name}`, {
    method: "DELETE",
    headers: { authorization: `Bearer ${admin}` },
  });
  await answer.arrayBuffer();
  if (!answer.ok && answer.status !== 404) throw new Error(`delete realm ${name}: HTTP ${answer.status}`);
}
