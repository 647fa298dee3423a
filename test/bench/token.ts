// Every contender's goal: discovery, then a password grant that returns a token.
import type { Realm } from "./realm.ts";

/** Throws with Keycloak's answer, or if there is none. */
export async function token(
  keycloak: string,
  { name, clientId, clientSecret, username, password }: Realm,
): Promise<void> {
  const signal = AbortSignal.timeout(20_000);
  const discovery = await fetch(`${keycloak}/realms/${name}/.well-known/openid-configuration`, { signal });
  if (!discovery.ok) throw new Error(`discovery of ${name}: HTTP ${discovery.status}`);
  const { token_endpoint: endpoint } = (await discovery.json()) as { token_endpoint: string };
  const body = new URLSearchParams({
    grant_type: "password",
    client_id: clientId,
    client_secret: clientSecret,
    username,
    password,
    scope: "openid",
  });
  const grant = await fetch(endpoint, { method: "POST", body, signal });
  const answer = (await grant.json()) as { access_token?: string; error_description?: string };
  if (!answer.access_token)
    throw new Error(`password grant in ${name}: HTTP ${grant.status}: ${answer.error_description}`);
}
