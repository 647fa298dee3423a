// A recipe's own test, run by `hearth run`: a browser-like login through the app and Keycloak over HTTP.
import assert from "node:assert/strict";
import { env, logInAtKeycloak, newSession } from "./browser.ts";

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
    const callback = await logInAtKeycloak(visit, redirect.headers.get("location") ?? "");
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
