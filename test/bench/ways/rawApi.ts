// The raw admin API, through Traefik and TLS: the least that any way to a realm on the warm Keycloak can do.
import { newRealm, realmOf, type Realm } from "../realm.ts";
import { timed, type Way } from "../row.ts";
import { token } from "../token.ts";

/** `url` is https://<domain>; the admin's password is in hand, as it would be in a script. */
export function rawApi(url: string, adminPassword: string): Way {
  return {
    name: "raw admin API",
    warmUp: true,
    measure: () => {
      const realm = newRealm();
      const up = async () => {
        await create(url, await logIn(url, adminPassword), realm);
        await token(url, realm);
      };
      return timed(up, async () => remove(url, await logIn(url, adminPassword), realm));
    },
  };
}

async function logIn(url: string, password: string): Promise<string> {
  const body = new URLSearchParams({ grant_type: "password", client_id: "admin-cli", username: "admin", password });
  const answer = await fetch(`${url}/realms/master/protocol/openid-connect/token`, { method: "POST", body });
  if (!answer.ok) throw new Error(`log in as admin: HTTP ${answer.status}`);
  return ((await answer.json()) as { access_token: string }).access_token;
}

async function create(url: string, admin: string, realm: Realm): Promise<void> {
  const headers = { authorization: `Bearer ${admin}`, "content-type": "application/json" };
  const answer = await fetch(`${url}/admin/realms`, { method: "POST", headers, body: JSON.stringify(realmOf(realm)) });
  await answer.arrayBuffer();
  if (!answer.ok) throw new Error(`create realm ${realm.name}: HTTP ${answer.status}`);
}

async function remove(url: string, admin: string, { name }: Realm): Promise<void> {
  const answer = await fetch(`${url}/admin/realms/${name}`, { method: "DELETE", headers: { authorization: `Bearer ${admin}` } });
  await answer.arrayBuffer();
  if (!answer.ok && answer.status !== 404) throw new Error(`delete realm ${name}: HTTP ${answer.status}`);
}
