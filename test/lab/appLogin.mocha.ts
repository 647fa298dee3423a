// A recipe's own test, run by `hearth run`: a browser-like login through the app and Keycloak over HTTP.
import assert from "node:assert/strict";

const env = (name: string): string =>
  process.env[name] ?? assert.fail(`${name} is not set: run this through \`hearth run\``);

/** A fetch that keeps cookies and doesn't follow redirects. */
function newSession() {
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

describe("the docs app", function () {
  this.timeout(20_000);

  it("shows its page", async () => {
    const answer = await fetch(`${env("HEARTH_APP_URL")}/`);
    assert.equal(answer.status, 200);
  });

  it("redirects to Keycloak and exchanges the returned code for the user's tokens", async () => {
    const visit = newSession();
    const redirect = await visit(`${env("HEARTH_APP_URL")}/login?state=s1`);
    assert.equal(redirect.status, 302);
    const loginUrl = redirect.headers.get("location") ?? "";
    assert.ok(loginUrl.startsWith(`${env("OIDC_ISSUER")}/protocol/openid-connect/auth?`), loginUrl);
    const form = await (await visit(loginUrl)).text();
    const action = /action="([^"]+)"/.exec(form)?.[1]?.replaceAll("&amp;", "&") ?? assert.fail(form.slice(0, 500));
    const body = new URLSearchParams({ username: env("OIDC_USERNAME"), password: env("OIDC_PASSWORD") });
    const returned = await visit(action, { method: "POST", body });
    assert.equal(returned.status, 302);
    const callback = returned.headers.get("location") ?? "";
    assert.ok(callback.startsWith(`https://${env("HEARTH_APP_DOMAIN")}/callback?`), callback);
    assert.equal(new URL(callback).searchParams.get("state"), "s1");
    const answer = await visit(callback);
    const tokens = (await answer.json()) as { access_token?: string; error?: string };
    assert.ok(tokens.access_token, JSON.stringify(tokens.error));
    const user = await fetch(`${env("OIDC_ISSUER")}/protocol/openid-connect/userinfo`, {
      headers: { authorization: `Bearer ${tokens.access_token}` },
    });
    // Keycloak responds with 403 here if the grant lacks the scope openid.
    assert.equal(((await user.json()) as { preferred_username?: string }).preferred_username, env("OIDC_USERNAME"));
  });
});
