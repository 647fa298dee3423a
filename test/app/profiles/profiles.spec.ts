import assert from "node:assert/strict";
import { profileOf, warmByDefault } from "../../../providers/app/profiles/index.ts";

const log = (line: string) => assert.fail(line);

describe("the profile of a recipe", () => {
  it("is the default for an unknown recipe: its data is kept, it concerns no run, and it has no baseline", async () => {
    const profile = profileOf("custom-html");
    const { stateful, ingress, blockedBy, blocks } = profile;
    assert.deepEqual(
      { stateful, ingress, blockedBy, blocks },
      { stateful: true, ingress: false, blockedBy: "none", blocks: "none" },
    );
    const app = { domain: "pages.test", env: {} };
    assert.deepEqual([profile.health(app.domain), await profile.captureBaseline(app, log)], [{}, {}]);
    assert.equal(
      await profile.watchRegressions(app, { realms: ["people"], hosts: { "a.test": 200 } }, log)(),
      undefined,
    );
  });

  it("is the default for a recipe named like a property of every object", () =>
    assert.equal(profileOf("constructor"), profileOf("custom-html")));

  it("Keycloak: runs that use it block its upgrade and are blocked by it; its issuer contains its domain", () => {
    const { blockedBy, blocks, stateful, ingress, health } = profileOf("keycloak");
    assert.deepEqual(
      { blockedBy, blocks, stateful, ingress },
      { blockedBy: "warm", blocks: "warm", stateful: true, ingress: false },
    );
    assert.equal(health("sso.test").issuer, "https://sso.test/realms/master");
  });

  it("Traefik: it concerns every run, and it is the ingress", () => {
    const { blockedBy, blocks, stateful, ingress } = profileOf("traefik");
    assert.deepEqual(
      { blockedBy, blocks, stateful, ingress },
      { blockedBy: "all", blocks: "all", stateful: false, ingress: true },
    );
  });

  it("Traefik: it is asked for its version, else its dashboard, behind a login too; never for /ping", () =>
    assert.deepEqual(profileOf("traefik").health("proxy.test"), {
      path: "/api/version",
      fallback: "/",
      allowUnauthorized: true,
    }));

  it("exists for each app that is always warm", () => assert.deepEqual(warmByDefault, ["traefik", "keycloak"]));
});
