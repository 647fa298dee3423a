import assert from "node:assert/strict";
import { provider } from "../../providers/realm/provider.ts";
import { UNKNOWN } from "../../providers/pulumi/protocol.ts";

const given = {
  __provider: "text",
  keycloak: { domain: "keycloak.test" },
  name: "docs-0a1b2c",
  run: "docs-0a1b2c",
  stateDir: "/tmp",
};
const reasons = async (news: object) =>
  (await provider.check({}, { ...given, ...news })).failures.map(({ property, reason }) => `${property} ${reason}`);

describe("a realm's inputs", () => {
  it("P9: reject the name master in any letter case", async () => {
    for (const name of ["master", "Master", "MASTER"])
      assert.match((await reasons({ name })).join(), /^name expected another realm than master/);
  });

  it("reject settings that hearth sets itself", async () => {
    assert.match(
      (await reasons({ settings: { realm: "other" } })).join(),
      /^settings expected none of id, realm, enabled, clients, users/,
    );
  });

  it("reject an unknown input and a relative path", async () => {
    assert.match((await reasons({ nmae: "x" })).join(), /nmae/);
    assert.match((await reasons({ stateDir: "here" })).join(), /^stateDir/);
  });

  it("pass unknown values through", async () => {
    const news = { ...given, keycloak: { domain: UNKNOWN } };
    assert.deepEqual(await provider.check({}, news), { inputs: news, failures: [] });
  });

  it("replace the realm if they change, except for stateDir", async () => {
    const old = { ...given, client: {}, user: {}, settings: {}, swarm: "a" } as never;
    const other = (more: object) => provider.diff("id", old, { ...(old as Record<string, unknown>), ...more } as never);
    assert.deepEqual(await other({ name: "x" }), { changes: true, replaces: ["name"], deleteBeforeReplace: true });
    assert.deepEqual(await other({ stateDir: "/other" }), { changes: true, replaces: [], deleteBeforeReplace: true });
    assert.deepEqual(await other({ __provider: "newer" }), { changes: false, replaces: [], deleteBeforeReplace: true });
  });
});
