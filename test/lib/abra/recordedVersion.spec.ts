import assert from "node:assert/strict";
import { recordedVersion } from "../../../providers/lib/abra/recordedVersion.ts";

describe("the version that abra recorded in a .env", () => {
  it("is in TYPE or in RECIPE", () => {
    const expected = { recipe: "keycloak", version: "10.7.1+26.4.0" };
    assert.deepEqual(recordedVersion({ TYPE: "keycloak:10.7.1+26.4.0" }), expected);
    assert.deepEqual(recordedVersion({ RECIPE: "keycloak:10.7.1+26.4.0" }), expected);
  });

  it("is in RECIPE if both have one, and in the one that has a version", () => {
    assert.equal(recordedVersion({ TYPE: "web:1.0.0+1", RECIPE: "web:2.0.0+1" })?.version, "2.0.0+1");
    assert.equal(recordedVersion({ TYPE: "web:1.0.0+1", RECIPE: "web" })?.version, "1.0.0+1");
  });

  it("is undefined without a version, and absent without a key", () => {
    assert.deepEqual(recordedVersion({ TYPE: "web" }), { recipe: "web", version: undefined });
    assert.deepEqual(recordedVersion({ RECIPE: "web:" }), { recipe: "web", version: undefined });
    assert.equal(recordedVersion({ TYPE: "" }), undefined);
  });
});
