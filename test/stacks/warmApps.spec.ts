import assert from "node:assert/strict";
import { warmAppInputs } from "../../providers/app/inputs.ts";
import { readConfig } from "../../stacks/config.ts";
import { warmApps, warmKeycloak } from "../../stacks/warmApps.ts";

const configured = (apps: object = {}) =>
  readConfig({ "hearth:baseDomain": "ci.example.org", "hearth:apps": JSON.stringify(apps) });

describe("the warm apps", () => {
  it("are Traefik, which is stateless, then Keycloak, which is stateful", () => {
    const [traefik, keycloak] = warmApps(configured());
    assert.deepEqual(
      warmApps(configured()).map(({ recipe }) => recipe),
      ["traefik", "keycloak"],
    );
    assert.equal(warmAppInputs.parse(traefik).stateful, false);
    assert.equal(warmAppInputs.parse(keycloak).stateful, true);
    assert.equal(traefik?.domain, "warm-traefik.ci.example.org");
  });

  it("prefer settings to their profile's defaults; Keycloak's issuer contains its domain", () => {
    const keycloak = warmKeycloak(
      configured({ keycloak: { domain: "sso.example.org", health: { stableFor: 30 }, updates: { allow: "patch" } } }),
    );
    assert.deepEqual(keycloak.health, {
      path: "/realms/master/.well-known/openid-configuration",
      issuer: "https://sso.example.org/realms/master",
      stableFor: 30,
    });
    assert.equal(warmAppInputs.parse(keycloak).updates.allow, "patch");
    assert.equal(warmAppInputs.parse(keycloak).updates.minAgeHours, 24, "an omitted setting must keep its default");
  });

  it("are stateful or stateless as configured, whatever their profile", () => {
    const apps = warmApps(configured({ traefik: { stateful: true }, pages: { stateful: false } }));
    assert.deepEqual(
      apps.map(({ recipe, stateful }) => [recipe, stateful]),
      [
        ["traefik", true],
        ["keycloak", true],
        ["pages", false],
      ],
    );
  });

  it("ask Traefik at a configured path alone", () => {
    const health = (settings: object) => warmApps(configured({ traefik: { health: settings } }))[0]?.health;
    assert.equal(health({ stableFor: 3 })?.fallback, "/");
    assert.deepEqual(health({ path: "/dashboard/" }), { path: "/dashboard/", allowUnauthorized: true });
    assert.equal(health({ status: 404 })?.status, 404);
  });

  it("include any configured recipe, with the default profile if hearth has none for it", () => {
    const apps = warmApps(configured({ "custom-html": { domain: "pages.ci.example.org" } }));
    assert.deepEqual(
      apps.map(({ recipe, domain }) => [recipe, domain]),
      [
        ["traefik", "warm-traefik.ci.example.org"],
        ["keycloak", "warm-keycloak.ci.example.org"],
        ["custom-html", "pages.ci.example.org"],
      ],
    );
    const pages = warmAppInputs.parse(apps[2]);
    assert.deepEqual([pages.stateful, pages.health.path, pages.health.issuer], [true, "/", undefined]);
  });
});
