import assert from "node:assert/strict";
import { MAINTENANCE_NAME, type CoordinationStore } from "../../providers/lib/coordination/coordinationStore.ts";
import { claimMaintenance } from "../../providers/lib/coordination/maintenance.ts";
import { acquire } from "../../providers/lease/acquire.ts";

const holder = { host: "ci", boot: "b", pidns: "p", pid: 1, started: 1 };

/** A swarm in which foreign configs have every name. */
function taken(): { store: CoordinationStore; puts: () => number } {
  let puts = 0;
  const store: CoordinationStore = {
    create: async () => (puts++, false),
    list: async () => [],
    replace: async () => false,
    remove: async () => undefined,
  };
  return { store, puts: () => puts };
}

const never = async (): Promise<never> => assert.fail("unexpected call");
const host = (store: CoordinationStore) => ({
  store,
  now: () => 0,
  monotonicNow: () => 0,
  sleep: async () => undefined,
  log: () => undefined,
  liveness: never,
  isStale: never,
  observe: never,
  repair: never,
  memory: never,
});

describe("a foreign config of the swarm with a name of hearth's", () => {
  it("fails a run at once, and is named", async () => {
    const { store, puts } = taken();
    const request = {
      run: "docs-0a1b2c",
      mode: "auto",
      keycloak: "k.test",
      domains: [],
      dedicatedLimit: 1,
      holder,
      duration: 1_000,
    } as const;
    await assert.rejects(acquire(host(store), request), {
      name: "RunExistsError",
      message: /a config hearth-run-0a1b2c that hearth didn't create: remove it/,
    });
    assert.equal(puts(), 20);
  });

  it("fails a warm app's maintenance at once, and is named", async () => {
    const { store, puts } = taken();
    const scopes = { blocks: "warm", blockedBy: "warm" } as const;
    const work = { app: "keycloak", domain: "k.test", what: "x", ...scopes, holder, stateDir: "/nonexistent" };
    await assert.rejects(
      claimMaintenance(host(store), work),
      new RegExp(`a config ${MAINTENANCE_NAME} that hearth didn't create: remove it`),
    );
    assert.equal(puts(), 20);
  });
});
