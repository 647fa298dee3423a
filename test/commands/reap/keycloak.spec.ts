import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { logIn } from "../../../providers/lib/keycloak/admin.ts";
import { listRealms, removeRealmOf, type WarmKeycloak } from "../../../commands/reap/keycloak.ts";
import { NoContainerError } from "../../../providers/lib/docker/container.ts";
import { FakeKeycloak } from "../../realm/fakeKeycloak.ts";

const DOCS = "docs-9c1995";
const ours = { "hearth.owner": "swarm-1", "hearth.run": DOCS, "hearth.made": "2026-03-14T03:00:00.000Z" };

describe("the warm Keycloak as the reaper observes it", () => {
  let keycloak: FakeKeycloak;
  let kept: WarmKeycloak;
  const session = () => logIn(keycloak.url, { username: "admin", password: "admin" }, 200);
  const remove = (run = DOCS, logInNow = session) =>
    removeRealmOf(run, "swarm-1", kept, { logIn: logInNow, log: () => undefined, pause: 5 });

  beforeEach(async () => {
    keycloak = await new FakeKeycloak().start();
    kept = { domain: "warm-keycloak.ci.test", stateDir: await mkdtemp(join(tmpdir(), "hearth-reap-")) };
  });
  afterEach(async () => {
    keycloak.stop();
    await rm(kept.stateDir, { recursive: true });
  });

  it("P8: has realms with the attributes that prove their owner", async () => {
    keycloak.realms.set("master", {}).set(DOCS, { attributes: ours });
    assert.deepEqual(await listRealms(session), { all: [{ name: "master" }, { name: DOCS, attributes: ours }] });
  });

  it("F20: isn't a failure if it doesn't run, is unreachable or is down", async () => {
    const unseen = async (come: typeof session) => {
      const found = await listRealms(come);
      return "unseen" in found ? [found.unseen.reason, found.unseen.failure] : found.all;
    };
    assert.deepEqual(await unseen(() => Promise.reject(new NoContainerError("no container"))), [
      "keycloak is down",
      false,
    ]);
    keycloak.fail("POST", /token$/, { status: 502 }, "hang");
    assert.deepEqual(await unseen(session), ["keycloak is down", false]);
    assert.deepEqual(await unseen(session), ["keycloak is down", false]);
    await assert.rejects(() => unseen(() => Promise.reject(new Error("docker: no such program"))), /no such program/);
  });

  it("F35: is a failure if it rejects the password or answers with an error", async () => {
    keycloak.adminPassword = "changed";
    const refused = await listRealms(session);
    assert.ok("unseen" in refused && refused.unseen.failure);
    assert.match(refused.unseen.detail, /admin's password in the container's secret is refused/);
    keycloak.adminPassword = "admin";
    keycloak.fail("GET", /^\/admin\/realms$/, { status: 500 });
    const failed = await listRealms(session);
    assert.ok("unseen" in failed && failed.unseen.failure);
  });

  it("F20, P8: loses a run's realm, with retries after errors; absent is success, and is reported", async () => {
    keycloak.realms.set(DOCS, { attributes: ours });
    keycloak.fail("DELETE", /docs-9c1995$/, { status: 500 });
    assert.equal(await remove(), true);
    assert.equal(keycloak.realms.size, 0);
    assert.equal(await remove(), false);
  });

  it("P9: keeps a foreign realm with the run's name, and master", async () => {
    for (const attributes of [{}, { ...ours, "hearth.owner": "swarm-2" }, { ...ours, "hearth.run": "docs-000000" }]) {
      keycloak.realms.set(DOCS, { attributes });
      await assert.rejects(() => remove(), { name: "ForeignRealmError" });
    }
    await assert.rejects(() => remove("Master"), { name: "MasterRealmError" });
    assert.ok(!keycloak.requests.some(request => request.startsWith("DELETE")));
  });

  it("F20: has different errors for going down and for failing to delete", async () => {
    await assert.rejects(() => remove(DOCS, () => Promise.reject(new NoContainerError("no container"))), {
      name: "SkippedError",
      reason: "keycloak is down",
    });
    keycloak.realms.set(DOCS, { attributes: ours });
    keycloak.fail("DELETE", /docs-9c1995$/, ...Array.from({ length: 6 }, () => ({ status: 500 })));
    await assert.rejects(() => remove(), { name: "KeycloakError", status: 500 });
  });
});
