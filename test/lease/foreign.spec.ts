import assert from "node:assert/strict";
import { MAINTENANCE_NAME, type CoordinationStore } from "../../providers/lib/coordination/coordinationStore.ts";
import { claimMaintenance } from "../../providers/lib/coordination/maintenance.ts";
import { acquire } from "../../providers/lease/acquire.ts";

const holder = { host: "ci", boot: "b", pidns: "p", pid: 1, started: 1 };

/** A store in which foreign configs have taken every name. */
function newTakenStore(): { store: CoordinationStore; attempts: () => number } {
  let attempts = 0;
  const store: CoordinationStore = {
    create: async () => (attempts++, false),
    list: async () => [],
    replace: async () => false,
    remove: async () => undefined,
  };
  return { store, attempts: () => attempts };
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

describe("a foreign Swarm config with one of hearth's names", () => {
  it("makes a run fail at once with the config's name", async () => {
    const { store, attempts } = newTakenStore();
    const request = {
      run: "docs-0a1b2c",
      mode: "auto",
      keycloak: "k.test",
      domains: [],
      dedicatedLimit: 1,
      unreachableLimit: 120_000,
      holder,
      duration: 1_000,
    } as const;
    await assert.rejects(acquire(host(store), request), {
      name: "RunExistsError",
      message: /a config hearth-run-0a1b2c that hearth didn't create: remove it/,
    });
    assert.equal(attempts(), 20);
  });

  it("makes a warm app's maintenance fail at once with the config's name", async () => {
    const { store, attempts } = newTakenStore();
    const scopes = { blocks: "warm", blockedBy: "warm" } as const;
    const work = { app: "keycloak", domain: "k.test", what: "x", ...scopes, holder, stateDir: "/nonexistent" };
    await assert.rejects(
      claimMaintenance(host(store), work),
      new RegExp(`a config ${MAINTENANCE_NAME} that hearth didn't create: remove it`),
    );
    assert.equal(attempts(), 20);
  });
});
