import assert from "node:assert/strict";
import { MAINTENANCE, type Board } from "../../providers/lib/coordination/coordinationStore.ts";
import { claim } from "../../providers/lib/coordination/maintenance.ts";
import { enter } from "../../providers/lease/acquire.ts";

const owner = { host: "ci", boot: "b", pidns: "p", pid: 1, started: 1 };

/** A swarm in which every name is taken, and by nothing of hearth's. */
function taken(): { board: Board; puts: () => number } {
  let puts = 0;
  const board: Board = {
    put: async () => (puts++, false),
    all: async () => [],
    rewrite: async () => false,
    remove: async () => undefined,
  };
  return { board, puts: () => puts };
}

const never = async (): Promise<never> => assert.fail("nothing of this is to be asked");
const world = (board: Board) => ({
  board,
  now: () => 0,
  sleep: async () => undefined,
  say: () => undefined,
  life: never,
  isLeftOver: never,
  look: never,
  repair: never,
  memory: never,
});

describe("a config of the swarm that bears a name of hearth's and isn't hearth's", () => {
  it("is named to a run, which doesn't wait for it", async () => {
    const { board, puts } = taken();
    const wish = {
      run: "docs-0a1b2c",
      mode: "auto",
      keycloak: "k.test",
      domains: [],
      coldLimit: 1,
      owner,
      lasts: 1_000,
    } as const;
    await assert.rejects(enter(world(board), wish), {
      name: "TakenError",
      message: /a config called hearth-run-0a1b2c that isn't hearth's: remove it/,
    });
    assert.equal(puts(), 20);
  });

  it("is named to a kept app, which doesn't wait for it", async () => {
    const { board, puts } = taken();
    const work = { app: "keycloak", domain: "k.test", what: "x", owner, stateDir: "/nonexistent" };
    await assert.rejects(
      claim(world(board), work),
      new RegExp(`a config called ${MAINTENANCE} that isn't hearth's: remove it`),
    );
    assert.equal(puts(), 20);
  });
});
