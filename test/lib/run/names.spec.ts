import assert from "node:assert/strict";
import * as names from "../../../providers/lib/run/names.ts";
import { stackOf } from "../../../providers/lib/docker/names.ts";

describe("a run's names", () => {
  it("are the same for the same identity, and differ for another job or attempt", () => {
    const identity = { recipe: "docs", build: "7", job: "a", attempt: "1" };
    assert.deepEqual(names.runOf(identity), names.runOf({ ...identity }));
    assert.match(names.runOf(identity).hex, /^[0-9a-f]{6}$/);
    const all = [
      identity,
      { ...identity, job: "b" },
      { ...identity, attempt: "2" },
      { ...identity, pr: "1" },
      { ...identity, recipe: "wiki" },
    ];
    assert.equal(new Set(all.map(each => names.runOf(each).hex)).size, all.length);
  });

  it("distinguish the kinds of identity", () => {
    assert.notEqual(names.runOf({ recipe: "docs", pr: "1" }).hex, names.runOf({ recipe: "docs", build: "1" }).hex);
  });

  it("are random if only the recipe is known", () => {
    assert.notEqual(names.runOf({ recipe: "docs" }).hex, names.runOf({ recipe: "docs" }).hex);
  });

  it("identify the run of a stack, and no run for any other stack", () => {
    const run = { recipe: "custom-html", hex: "0a1b2c" };
    assert.equal(names.stackName(run), "ci-custom-html-0a1b2c");
    assert.deepEqual(names.runOfStack("ci-custom-html-0a1b2c"), run);
    for (const other of ["warm", "ci", "ci-docs", "ci-docs-XYZ123", "docs-0a1b2c", "ci--0a1b2c"])
      assert.equal(names.runOfStack(other), undefined, other);
  });

  it("include domains below the base domain", () => {
    assert.equal(names.appDomain({ recipe: "custom-html", hex: "0a1b2c" }, "ci.test"), "cust-0a1b2c.ci.test");
    assert.equal(names.appDomain({ recipe: "n8n", hex: "0a1b2c" }, "ci.test"), "n8n-0a1b2c.ci.test");
    assert.equal(names.warmDomain("keycloak", "ci.test"), "warm-keycloak.ci.test");
  });

  it("include the stack that abra derives from a domain", () => {
    assert.equal(stackOf("warm-keycloak.ci.test"), "warm-keycloak_ci_test");
    assert.equal(stackOf(`${"a".repeat(44)}.b.c`), "a".repeat(44));
  });
});
