import assert from "node:assert/strict";
import { remedyOf } from "../../providers/app/remedy.ts";

describe("the remedy of a warm app", () => {
  it("is a redeploy if it is down or absent, never if only the route to it fails", () => {
    assert.equal(remedyOf({ state: "healthy" }), "none");
    assert.equal(remedyOf({ state: "unreachable" }), "wait");
    assert.equal(remedyOf({ state: "down" }), "redeploy");
    assert.equal(remedyOf({ state: "not deployed" }), "redeploy");
  });
});
