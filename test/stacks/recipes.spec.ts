import assert from "node:assert/strict";
import { readConfig } from "../../stacks/config.ts";
import { fill, fillAll, isSecret, recipeSettings } from "../../stacks/recipes.ts";

const config = (recipes: object) =>
  readConfig({ "hearth:baseDomain": "ci.example.org", "hearth:recipes": JSON.stringify(recipes) });

describe("the setting hearth:recipes", () => {
  it("defaults to a Keycloak and 3 s of stable health", () => {
    const { docs } = config({ docs: {} }).recipes;
    assert.deepEqual(
      [docs?.needs, docs?.version, docs?.env, docs?.secrets, docs?.health.stableFor, docs?.health.path],
      [["keycloak"], "latest", {}, {}, 3, "/"],
    );
    assert.equal(config({ docs: { health: { path: "/up", stableFor: 1 } } }).recipes["docs"]?.health.stableFor, 1);
  });

  it("names the key of an unknown field, an unknown setting or an invalid recipe name", () => {
    assert.throws(
      () => config({ docs: { env: { X: "{isuer}" } } }),
      /hearth:recipes\.docs\.env\.X is "\{isuer\}": unknown field \{isuer\}: expected one of \{issuer\}/,
    );
    assert.throws(() => config({ docs: { enviroment: {} } }), /hearth:recipes\.docs\.enviroment: no such setting/);
    assert.throws(() => config({ Docs: {} }), /hearth:recipes/);
    assert.throws(() => config({ docs: { needs: ["postgres"] } }), /hearth:recipes\.docs\.needs\.0/);
  });

  it("validates the realm's roles, groups, clients and identity providers, and rejects the run's secrets there", () => {
    const realm = {
      roles: { realm: [{ name: "editor" }] },
      groups: [{ name: "staff" }],
      clients: [{ clientId: "cli", rootUrl: "https://{domain}" }],
      user: { realmRoles: ["editor"] },
    };
    assert.deepEqual(config({ docs: { realm } }).recipes["docs"]?.realm.user, { realmRoles: ["editor"], groups: [] });
    assert.throws(
      () => config({ docs: { realm: { roles: { realm: [{}] } } } }),
      /hearth:recipes\.docs\.realm\.roles\.realm\.0\.name/,
    );
    assert.throws(() => config({ docs: { realm: { identityProviders: [{ alias: "x" }] } } }), /providerId/);
    assert.throws(
      () => config({ docs: { realm: { clients: [{ clientId: "x", secret: "{clientSecret}" }] } } }),
      /unknown field \{clientSecret\}: expected one of \{issuer\}, \{realm\}, \{domain\}, \{keycloakDomain\}, \{run\}/,
    );
  });

  it("fills templates at any depth, and recognizes those that use a secret", () => {
    assert.equal(
      fill("{issuer}/x?{domain}{other}", { issuer: "https://k/realms/r", domain: "d" }),
      "https://k/realms/r/x?d{other}",
    );
    assert.deepEqual(fillAll({ a: ["{domain}", 1, null], b: { c: "{domain}" } }, { domain: "d" }), {
      a: ["d", 1, null],
      b: { c: "d" },
    });
    assert.deepEqual(["{issuer}", "a {clientSecret}", "{password}"].map(isSecret), [false, true, true]);
    assert.doesNotThrow(
      () => recipeSettings.parse({ env: { JSON: '{"a": 1}', SHELL: "${HOME}x" } }),
      "braces that hold no bare word are text",
    );
  });

  it("keeps a field after a backslash as text, at any depth; a double backslash is one", () => {
    const values = { issuer: "I" };
    assert.equal(
      fill(String.raw`\{issuer} \{other} \\{issuer} {\{issuer}} a\b $\{x}`, values),
      String.raw`{issuer} {other} \I {{issuer}} a\b $\{x}`,
    );
    assert.deepEqual([String.raw`\{password}`, String.raw`\\{password}`].map(isSecret), [false, true]);
    assert.doesNotThrow(() => config({ docs: { env: { ROUTE: String.raw`/\{user}` } } }));
    assert.throws(() => config({ docs: { env: { ROUTE: String.raw`/\\{user}` } } }), /unknown field \{user\}/);
    const clients = (rootUrl: string) => ({ docs: { realm: { clients: [{ clientId: "x", rootUrl }] } } });
    assert.doesNotThrow(() => config(clients(String.raw`https://{domain}/\{user}`)));
    assert.throws(() => config(clients("https://{domain}/{user}")), /unknown field \{user\}/);
  });

  it("reads the limit of dedicated Keycloaks from a number or text", () => {
    const read = (dedicatedLimit: string) =>
      readConfig({ "hearth:baseDomain": "ci.example.org", "hearth:dedicatedLimit": dedicatedLimit });
    assert.equal(read("2").dedicatedLimit, 2);
    assert.throws(() => read("many"), /hearth:dedicatedLimit is "many"/);
    assert.throws(
      () => readConfig({ "hearth:baseDomain": "ci.example.org", "hearth:keycloak": "tepid" }),
      /hearth:keycloak is "tepid"/,
    );
  });
});
