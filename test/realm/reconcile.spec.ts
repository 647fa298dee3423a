import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { logIn } from "../../providers/lib/keycloak/admin.ts";
import { realmInputs, type CheckedRealm } from "../../providers/realm/inputs.ts";
import { ensureRealm, removeRealm } from "../../providers/realm/reconcile.ts";
import { FakeKeycloak } from "./fakeKeycloak.ts";

describe("a realm", () => {
  let keycloak: FakeKeycloak;
  let stateDir: string;
  let logged: string[];
  let realm: CheckedRealm;
  const host = (password = "admin") => ({
    logIn: () => logIn(keycloak.url, { username: "admin", password }, 400),
    log: (line: string) => void logged.push(line),
    pause: 5,
  });
  const count = (request: string) => keycloak.requests.filter(each => each === request).length;

  beforeEach(async () => {
    keycloak = await new FakeKeycloak().start();
    stateDir = await mkdtemp(join(tmpdir(), "hearth-realm-"));
    logged = [];
    const given = {
      keycloak: { domain: "keycloak.test" },
      name: "docs-0a1b2c",
      run: "docs-0a1b2c",
      stateDir,
      settings: { displayName: "Docs", attributes: { theirs: "kept" } },
    };
    realm = { ...realmInputs.parse(given), swarm: "cluster" };
  });
  afterEach(async () => {
    keycloak.stop();
    await rm(stateDir, { recursive: true });
  });

  it("is created in one request, and names its owner", async () => {
    const { clientSecret, password } = await ensureRealm(realm, host());
    assert.deepEqual(keycloak.requests, ["POST /realms/master/protocol/openid-connect/token", "POST /admin/realms"]);
    const made = keycloak.realms.get("docs-0a1b2c") as Record<string, unknown>;
    const { "hearth.made": since, ...attributes } = made["attributes"] as Record<string, string>;
    assert.deepEqual(attributes, { theirs: "kept", "hearth.owner": "cluster", "hearth.run": "docs-0a1b2c" });
    assert.ok(Math.abs(Date.parse(since!) - Date.now()) < 10_000, since);
    assert.equal(made["displayName"], "Docs");
    assert.equal((made["clients"] as { secret: string }[])[0]?.secret, clientSecret);
    assert.equal((made["users"] as { credentials: { value: string }[] }[])[0]?.credentials[0]?.value, password);
    assert.ok(clientSecret.length >= 32 && password.length >= 24);
  });

  for (const status of [409, 500, 502, 503, 504]) {
    it(`F21: is looked up and created again after HTTP ${status}`, async () => {
      keycloak.fail("POST", /^\/admin\/realms$/, { status }, { status });
      await ensureRealm(realm, host());
      assert.equal(count("POST /admin/realms"), 3);
      assert.equal(count("GET /admin/realms/docs-0a1b2c"), 2);
    });
  }

  it("F18: is retried while the ingress can't reach Keycloak, then fails because Keycloak isn't up", async () => {
    const token = /^\/realms\/master\/protocol/;
    keycloak.fail("POST", token, { status: 404 }, { status: 503 });
    await ensureRealm(realm, host());
    keycloak.fail("POST", token, ...Array.from({ length: 6 }, () => ({ status: 404 })));
    await assert.rejects(() => removeRealm(realm, host()), {
      name: "NotUpError",
      message: `keycloak: log in as admin: HTTP 404: ${keycloak.url} isn't up`,
    });
  });

  it("F18: is neither given up nor taken for absent if Traefik has no router for Keycloak for a moment", async () => {
    const unrouted = { status: 404, text: "404 page not found\n" };
    keycloak.fail("POST", /^\/admin\/realms$/, unrouted);
    await ensureRealm(realm, host());
    assert.ok(keycloak.realms.has("docs-0a1b2c"));
    keycloak.fail("GET", /docs-0a1b2c$/, unrouted);
    keycloak.fail("GET", /master$/, unrouted);
    keycloak.fail("DELETE", /docs-0a1b2c$/, unrouted);
    assert.equal(await removeRealm(realm, host()), true);
    assert.ok(!keycloak.realms.has("docs-0a1b2c"));
    keycloak.fail("GET", /(docs-0a1b2c|master)$/, ...Array.from({ length: 12 }, () => unrouted));
    await assert.rejects(() => removeRealm(realm, host()), {
      name: "NotUpError",
      message: "keycloak: find realm docs-0a1b2c: HTTP 404: no Keycloak answers there",
    });
  });

  it("F19: is adopted if the response to its creation was lost, and gets new credentials", async () => {
    keycloak.fail("POST", /^\/admin\/realms$/, "hang after handling");
    const { clientSecret, password } = await ensureRealm(realm, host());
    const made = keycloak.realms.get("docs-0a1b2c")!;
    assert.equal(made.clients![0]!.secret, clientSecret);
    assert.equal(made.users![0]!.credentials[0]!.value, password);
    assert.equal(count("POST /admin/realms"), 1);
  });

  it("F19: is adopted after a conflict with itself, with a token issued after its creation", async () => {
    await ensureRealm(realm, host());
    const { clientSecret } = await ensureRealm(realm, host());
    assert.equal(keycloak.realms.get("docs-0a1b2c")!.clients![0]!.secret, clientSecret);
  });

  it("P9: of another owner is neither adopted nor deleted", async () => {
    for (const attributes of [
      { "hearth.owner": "cluster", "hearth.run": "docs-ffffff" },
      { "hearth.owner": "other", "hearth.run": "docs-0a1b2c" },
      {},
      undefined,
    ]) {
      keycloak.realms.set("docs-0a1b2c", attributes ? { attributes } : {});
      await assert.rejects(() => ensureRealm(realm, host()), { name: "ForeignRealmError" });
      await assert.rejects(() => removeRealm(realm, host()), { name: "ForeignRealmError" });
      assert.ok(keycloak.realms.has("docs-0a1b2c"));
    }
    assert.equal(count("DELETE /admin/realms/docs-0a1b2c"), 0);
  });

  it("P8: is listed with the attributes that name its owner", async () => {
    await ensureRealm(realm, host());
    const all = await (await host().logIn()).list();
    assert.deepEqual(all, [{ name: "docs-0a1b2c", attributes: keycloak.realms.get("docs-0a1b2c")!.attributes }]);
  });

  it("P9: named master is rejected before any request", async () => {
    for (const name of ["master", "MASTER"]) {
      await assert.rejects(() => ensureRealm({ ...realm, name }, host()), { name: "MasterRealmError" });
      await assert.rejects(() => removeRealm({ ...realm, name }, host()), { name: "MasterRealmError" });
    }
    assert.deepEqual(keycloak.requests, []);
  });

  it("F20: is deleted despite 500, 401, 403, 409 and a hang, and its absence is proved", async () => {
    await ensureRealm(realm, host());
    keycloak.fail("DELETE", /docs-0a1b2c$/, { status: 500 }, { status: 401 }, { status: 403 }, { status: 409 }, "hang");
    assert.equal(await removeRealm(realm, host()), true);
    assert.ok(!keycloak.realms.has("docs-0a1b2c"));
    assert.equal(count("DELETE /admin/realms/docs-0a1b2c"), 6);
    assert.deepEqual(keycloak.requests.slice(-2), ["GET /admin/realms/docs-0a1b2c", "GET /admin/realms/master"]);
  });

  it("F20: that is absent counts as deleted, also if the response to the delete was lost", async () => {
    assert.equal(await removeRealm(realm, host()), false);
    assert.equal(count("DELETE /admin/realms/docs-0a1b2c"), 0);
    await ensureRealm(realm, host());
    keycloak.fail("DELETE", /docs-0a1b2c$/, "hang after handling");
    await removeRealm(realm, host());
    assert.equal(count("DELETE /admin/realms/docs-0a1b2c"), 1);
  });

  it("F20: fails to be deleted if it remains after every attempt", async () => {
    await ensureRealm(realm, host());
    keycloak.fail("DELETE", /docs-0a1b2c$/, ...Array.from({ length: 6 }, () => ({ status: 500 })));
    await assert.rejects(() => removeRealm(realm, host()), { name: "KeycloakError", status: 500 });
    assert.ok(keycloak.realms.has("docs-0a1b2c"));
  });

  it("isn't retried after a permanent error", async () => {
    keycloak.fail("POST", /^\/admin\/realms$/, { status: 400 });
    await assert.rejects(() => ensureRealm(realm, host()), { name: "KeycloakError", status: 400 });
    assert.equal(count("POST /admin/realms"), 1);
  });

  it("F35: isn't retried after a rejected admin password; the error says what to do", async () => {
    await assert.rejects(() => ensureRealm(realm, host("changed")), {
      name: "AdminPasswordError",
      message: /admin's password in the container's secret is refused; was it changed in the console\?/,
    });
    assert.deepEqual(keycloak.requests, ["POST /realms/master/protocol/openid-connect/token"]);
  });

  it("F32, P12: has no secret in an error or a progress line", async () => {
    keycloak.adminPassword = "sentinel-admin";
    keycloak.fail("POST", /^\/admin\/realms$/, { status: 503 }, "hang");
    const { clientSecret, password } = await ensureRealm(realm, host("sentinel-admin"));
    keycloak.fail("DELETE", /docs-0a1b2c$/, ...Array.from({ length: 6 }, () => ({ status: 500 })));
    const failure = await removeRealm(realm, host("sentinel-admin")).then(() => assert.fail("it should fail"), String);
    for (const secret of ["sentinel-admin", clientSecret, password])
      assert.ok(![...logged, failure].join("\n").includes(secret));
  });

  it("F21: isn't created while two others are being created in the same Keycloak", async () => {
    let inside = 0;
    let most = 0;
    const isAlone = () => most < 2;
    const slow = {
      ...host(),
      logIn: async () => ({
        ...(await host().logIn()),
        create: async () => {
          most = Math.max(most, ++inside);
          // Waits until a second one is active, then long enough to detect a third.
          for (let i = 0; isAlone() && i < 100; i++) await sleep(50);
          await sleep(50);
          inside--;
        },
      }),
    };
    await Promise.all(
      Array.from({ length: 6 }, (_, index) => ensureRealm({ ...realm, name: `docs-00000${index}` }, slow)),
    );
    assert.equal(most, 2);
  });
});
