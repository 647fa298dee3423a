import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { NoContainerError } from "../../providers/lib/docker/index.ts";
import { logIn } from "../../providers/lib/keycloak/admin.ts";
import { realmInputs, type CheckedRealm } from "../../providers/realm/inputs.ts";
import { ensureRealm, removeRealm } from "../../providers/realm/reconcile.ts";
import { FakeKeycloak } from "./fakeKeycloak.ts";

const gone = () => Promise.reject(new NoContainerError("sso_app has no running container on this node"));

describe("a realm of a Keycloak whose container is being replaced", () => {
  let keycloak: FakeKeycloak;
  let stateDir: string;
  let logged: string[];
  let attempts: number;
  let realm: CheckedRealm;
  /** The admin's password can't be read for the first `missing` attempts: no container has it. */
  const host = (missing: number) => ({
    logIn: () =>
      (attempts += 1) <= missing ? gone() : logIn(keycloak.url, { username: "admin", password: "admin" }, 400),
    log: (line: string) => void logged.push(line),
    pause: 2,
  });

  beforeEach(async () => {
    keycloak = await new FakeKeycloak().start();
    stateDir = await mkdtemp(join(tmpdir(), "hearth-replaced-"));
    [logged, attempts] = [[], 0];
    const given = { keycloak: { domain: "keycloak.test" }, name: "docs-0a1b2c", run: "docs-0a1b2c", stateDir };
    realm = { ...realmInputs.parse(given), swarm: "cluster" };
  });
  afterEach(async () => {
    keycloak.stop();
    await rm(stateDir, { recursive: true });
  });

  it("F18: is created once the next container runs, and the wait is said", async () => {
    await ensureRealm(realm, host(3));
    assert.ok(keycloak.realms.has("docs-0a1b2c"));
    assert.equal(attempts, 4);
    assert.deepEqual(logged.slice(0, 3), Array(3).fill("sso_app has no running container on this node; trying again"));
  });

  it("F20: is deleted once the next container runs", async () => {
    await ensureRealm(realm, host(0));
    attempts = 0;
    assert.equal(await removeRealm(realm, host(2)), true);
    assert.ok(!keycloak.realms.has("docs-0a1b2c"));
  });

  it("F18, F20: fails after five retries if none comes, with what is missing", async () => {
    for (const act of [ensureRealm, removeRealm]) {
      attempts = 0;
      await assert.rejects(() => act(realm, host(99)), { name: "NoContainerError" });
      assert.equal(attempts, 6);
    }
    assert.equal(keycloak.requests.length, 0);
  });

  it("isn't retried after an error that no wait can mend", async () => {
    const failing = { ...host(0), logIn: () => ((attempts += 1), Promise.reject(new Error("401"))) };
    for (const act of [ensureRealm, removeRealm]) {
      attempts = 0;
      await assert.rejects(() => act(realm, failing), { message: "401" });
      assert.equal(attempts, 1);
    }
    assert.deepEqual(logged, []);
  });

  it("P9: of Keycloak's own, whatever its spelling, is neither created nor deleted, before any query", async () => {
    for (const name of ["master", "Master", "MASTER"])
      for (const act of [ensureRealm, removeRealm])
        await assert.rejects(() => act({ ...realm, name }, host(0)), { name: "MasterRealmError" });
    assert.equal(attempts, 0);
  });
});
