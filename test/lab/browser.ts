// A browser without a screen, for recipes' own tests: keeps cookies, follows nothing, fills in Keycloak's form.
import assert from "node:assert/strict";

/** A variable of the run. */
export const env = (name: string): string =>
  process.env[name] ?? assert.fail(`${name} is not set: run this through \`hearth run\``);

/** A fetch that keeps cookies and doesn't follow redirects. */
export function newSession() {
  const cookies = new Map<string, string>();
  return async (url: string, init: RequestInit = {}): Promise<Response> => {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const answer = await fetch(url, {
      redirect: "manual",
      ...init,
      headers: { ...(init.headers as Record<string, string>), cookie },
    });
    for (const line of answer.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      cookies.set(name, value);
    }
    return answer;
  };
}

export type Session = ReturnType<typeof newSession>;

/** Logs in at Keycloak's page `loginUrl` as the run's user, and returns where Keycloak sends the browser then. */
export async function logInAtKeycloak(visit: Session, loginUrl: string): Promise<string> {
  assert.ok(loginUrl.startsWith(`${env("OIDC_ISSUER")}/protocol/openid-connect/auth?`), loginUrl);
  const form = await (await visit(loginUrl)).text();
  const action = /action="([^"]+)"/.exec(form)?.[1]?.replaceAll("&amp;", "&") ?? assert.fail(form.slice(0, 500));
  const body = new URLSearchParams({ username: env("OIDC_USERNAME"), password: env("OIDC_PASSWORD") });
  const returned = await visit(action, { method: "POST", body });
  assert.equal(returned.status, 302);
  return returned.headers.get("location") ?? "";
}
