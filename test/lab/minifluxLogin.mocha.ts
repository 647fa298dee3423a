// A recipe's own test, run by `hearth run`: logs in to miniflux through Keycloak as a browser does, PKCE included.
import assert from "node:assert/strict";
import { env, logInAtKeycloak, newSession } from "./browser.ts";

describe("miniflux", function () {
  this.timeout(20_000);

  it("creates the user that Keycloak names, and shows him his settings", async () => {
    const visit = newSession();
    const app = env("HEARTH_APP_URL");
    assert.equal((await visit(`${app}/`)).status, 200);
    const redirect = await visit(`${app}/oauth2/oidc/redirect`);
    assert.equal(redirect.status, 302);
    const callback = await logInAtKeycloak(visit, redirect.headers.get("location") ?? "");
    assert.ok(callback.startsWith(`${app}/oauth2/oidc/callback?`), callback);
    assert.equal((await visit(callback)).status, 302);
    const settings = await visit(`${app}/settings`);
    assert.equal(settings.status, 200);
    assert.ok((await settings.text()).includes(env("OIDC_USERNAME")));
  });
});
