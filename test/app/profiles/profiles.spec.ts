import assert from "node:assert/strict";
import { profileOf, warmByDefault } from "../../../providers/app/profiles/index.ts";

const log = (line: string) => assert.fail(line);

describe("the profile of a recipe", () => {
  it("that hearth doesn't know: its data is kept, no run has to do with it, and it has no baseline", async () => {
    const profile = profileOf("custom-html");
    const { stateful, ingress, blockedBy, blocks } = profile;
    assert.deepEqual(
      { stateful, ingress, blockedBy, blocks },
      { stateful: true, ingress: false, blockedBy: "none", blocks: "none" },
    );
    const app = { domain: "pages.test", env: {} };
    assert.deepEqual([profile.health(app.domain), await profile.captureBaseline(app, log)], [{}, {}]);
    assert.equal(await profile.findRegressions(app, { realms: ["people"], hosts: { "a.test": 200 } }), undefined);
  });

  it("that is named like a property of every object is the default one", () =>
    assert.equal(profileOf("constructor"), profileOf("custom-html")));

  it("Keycloak: runs on it block its upgrade and are blocked by it; its issuer follows its domain", () => {
    const { blockedBy, blocks, stateful, ingress, health, adminName } = profileOf("keycloak");
    assert.deepEqual(
      { blockedBy, blocks, stateful, ingress },
      { blockedBy: "warm", blocks: "warm", stateful: true, ingress: false },
    );
    assert.equal(health("sso.test").issuer, "https://sso.test/realms/master");
    assert.deepEqual([adminName({}), adminName({ ADMIN_USERNAME: "root" })], ["admin", "root"]);
  });

  it("Traefik: every run has to do with it, and it is the ingress", () => {
    const { blockedBy, blocks, stateful, ingress } = profileOf("traefik");
    assert.deepEqual(
      { blockedBy, blocks, stateful, ingress },
      { blockedBy: "all", blocks: "all", stateful: false, ingress: true },
    );
  });

  it("is more than the defaults for the apps that are always warm", () =>
    assert.deepEqual(warmByDefault, ["traefik", "keycloak"]));
});
