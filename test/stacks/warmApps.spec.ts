import assert from "node:assert/strict";
import { appInputs } from "../../providers/app/inputs.ts";
import { readConfig } from "../../stacks/config.ts";
import { warmApps } from "../../stacks/warmApps.ts";

const kept = (apps: object = {}) =>
  warmApps(readConfig({ "hearth:baseDomain": "ci.example.org", "hearth:apps": JSON.stringify(apps) }));

describe("the kept apps", () => {
  it("are Traefik, whose volumes hold nothing that must go back, then Keycloak, whose do", () => {
    const { traefik, keycloak } = kept();
    assert.deepEqual(Object.keys(kept()), ["traefik", "keycloak"]);
    assert.equal(appInputs.parse(traefik).stateful, false);
    assert.equal(appInputs.parse(keycloak).stateful, true);
    assert.equal(traefik.domain, "warm-traefik.ci.example.org");
  });

  it("take settings over their defaults, and Keycloak's issuer follows its domain", () => {
    const { keycloak } = kept({
      keycloak: { domain: "sso.example.org", health: { stableFor: 30 }, updates: { allow: "patch" } },
    });
    assert.deepEqual(keycloak.health, {
      path: "/realms/master/.well-known/openid-configuration",
      issuer: "https://sso.example.org/realms/master",
      stableFor: 30,
    });
    assert.equal(appInputs.parse(keycloak).updates.allow, "patch");
    assert.equal(appInputs.parse(keycloak).updates.minAgeHours, 24, "what isn't said stays at its default");
  });
});
