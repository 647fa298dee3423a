import assert from "node:assert/strict";
import { warmAppInputs } from "../../providers/app/inputs.ts";
import { leaseInputs } from "../../providers/lease/inputs.ts";
import { realmExtras, realmInputs } from "../../providers/realm/inputs.ts";
import { accepts, refuses } from "../lib/table.ts";

const app = { recipe: "web", domain: "a.test", stateDir: "/srv/hearth" };
const realm = { keycloak: { domain: "sso.test" }, name: "web-0a1b2c", run: "web-0a1b2c", stateDir: "/srv/hearth" };
const lease = { run: "web-0a1b2c", keycloak: app };
const whole = [-1, 0.5, "1", null];

describe("the inputs of a WarmApp", () => {
  refuses(warmAppInputs, app, {
    recipe: [undefined, "", "Web"],
    domain: [undefined, "", "web"],
    stateDir: [undefined, "", "srv"],
    server: ["", 1],
    version: ["", 1],
    stateful: ["true", 1],
    "secrets.a": ["x", {}, { file: "x" }, { file: "/x", value: "s3cret" }],
    "updates.allow": ["all", true],
    "updates.minAgeHours": [-1, "24"],
    "updates.notes": ["some", true],
    "updates.minAge": [24],
    "snapshots.keep": [0, 3, 1.5, "2"],
    "snapshots.bytes": [...whole, 0],
    "snapshots.count": [2],
    "health.path": ["", "health"],
    "health.fallback": ["", "health"],
    "health.status": [99, 600, 200.5, "200"],
    "health.issuer": ["", "sso", "/realms/a"],
    "health.stableFor": [-1, 3601, "10"],
    "health.margin": [-1, 3601, "60"],
    "health.allowUnauthorized": ["true", 1],
    "health.url": ["/"],
  });
  accepts(warmAppInputs, app, {
    "updates.allow": ["none", "patch", "minor", "major"],
    "updates.minAgeHours": [0, 0.5, 24],
    "updates.notes": ["any", "none"],
    "snapshots.keep": [1, 2],
    "snapshots.bytes": [1, 1e12],
    "health.status": [100, 599],
    "health.stableFor": [0, 3600],
    "health.margin": [0, 3600],
    "secrets.a": [{ file: "/run/a" }],
  });

  it("have these defaults", () => {
    const { health, server, version, env, secrets } = warmAppInputs.parse(app);
    assert.deepEqual(health, { path: "/", stableFor: 10, margin: 60 });
    assert.deepEqual({ server, version, env, secrets }, { server: "default", version: "latest", env: {}, secrets: {} });
  });
});

describe("the inputs of a Lease", () => {
  refuses(leaseInputs, lease, {
    run: [undefined, "", "web"],
    mode: ["hot", ""],
    keycloak: [undefined, {}],
    domains: ["a.test", [1]],
    dedicatedLimit: whole,
    unreachableLimit: [-1, "1"],
    holder: [{}],
  });
  accepts(leaseInputs, lease, { dedicatedLimit: [0, 2], unreachableLimit: [0, 0.5], mode: ["auto", "none"] });

  it("have these defaults", () => {
    const { mode, domains, dedicatedLimit, unreachableLimit } = leaseInputs.parse(lease);
    assert.deepEqual([mode, domains, dedicatedLimit, unreachableLimit], ["auto", [], 1, 120]);
  });
});

describe("the inputs of a Realm", () => {
  refuses(realmInputs, realm, {
    "keycloak.domain": [undefined, "", "sso", "SSO.test", "sso.test:", "sso.test:x", "sso.test/x", "https://sso.test"],
    "keycloak.url": ["https://sso.test"],
    name: [undefined, "", "-a", "_a", "a b", "a.b", "a/b", "a".repeat(64), "master", "MASTER"],
    run: [undefined, ""],
    stateDir: [undefined, "srv"],
    "client.id": ["", 1],
    "client.redirectUris": ["x", [""]],
    "client.webOrigins": ["x", [""]],
    "client.secret": ["s3cret"],
    "user.username": [""],
    "user.email": ["", "tester"],
    "user.realmRoles": ["x", [""]],
    "user.groups": ["/staff", ["staff"], [""]],
    "user.password": ["s3cret"],
    clients: [[{}], [{ clientId: "" }], [{ clientId: "app" }]],
    "settings.id": ["x"],
    "settings.realm": ["x"],
    "settings.enabled": [false],
    "settings.clients": [[]],
    "settings.users": [[]],
    other: [1],
  });
  accepts(realmInputs, realm, {
    "keycloak.domain": ["a.b", "sso.test:8443", "1-a.test"],
    name: ["a", "A9", "a_b-c", "a".repeat(63), "master2", "webmaster"],
    clients: [[], [{ clientId: "other", publicClient: true }]],
    "settings.displayName": ["Docs"],
    "user.groups": [[], ["/staff"]],
  });

  it("have these defaults, and refuse a further client with the run's own id whatever that is", () => {
    const { client, user, clients, settings } = realmInputs.parse(realm);
    assert.deepEqual(client, { id: "app", redirectUris: [], webOrigins: [] });
    assert.deepEqual(user, { username: "tester", email: "tester@example.test", realmRoles: [], groups: [] });
    assert.deepEqual([clients, settings], [[], {}]);
    const renamed = { ...realm, client: { id: "docs" } };
    assert.ok(realmInputs.safeParse({ ...renamed, clients: [{ clientId: "app" }] }).success);
    assert.ok(!realmInputs.safeParse({ ...renamed, clients: [{ clientId: "app" }, { clientId: "docs" }] }).success);
  });
});

describe("what a recipe adds to its realm", () => {
  refuses(
    realmExtras,
    {},
    {
      "roles.realm": [{}, [{}], [{ name: "" }]],
      "roles.client": [[], { app: {} }, { app: [{ name: "" }] }],
      "roles.other": [[]],
      groups: [{}, [{}], [{ name: "" }]],
      clients: [[{}], [{ clientId: "" }]],
      identityProviders: [[{ alias: "a" }], [{ providerId: "oidc" }], [{ alias: "", providerId: "oidc" }]],
      "user.realmRoles": [[""], "x"],
      "user.groups": [["staff"]],
      "user.name": ["x"],
      users: [[]],
    },
  );
  accepts(
    realmExtras,
    {},
    {
      roles: [{}, { realm: [{ name: "a", composite: false }] }, { client: { app: [{ name: "a" }] } }],
      groups: [[], [{ name: "staff" }]],
      identityProviders: [[{ alias: "a", providerId: "oidc", config: {} }]],
    },
  );

  it("is nothing by default", () => {
    assert.deepEqual(realmExtras.parse({}), { clients: [], user: { realmRoles: [], groups: [] } });
  });
});
