import assert from "node:assert/strict";
import { identify, isReproducible } from "../../../commands/run/identity.ts";
import { runOf } from "../../../providers/lib/run/names.ts";

const drone = {
  DRONE: "true",
  DRONE_BUILD_NUMBER: "42",
  DRONE_COMMIT: "abc",
  DRONE_PULL_REQUEST: "7",
  DRONE_STAGE_NUMBER: "1",
  DRONE_BUILD_CREATED: "100",
};
const actions = {
  GITHUB_ACTIONS: "true",
  GITHUB_RUN_ID: "99",
  GITHUB_SHA: "abc",
  GITHUB_JOB: "test",
  GITHUB_RUN_ATTEMPT: "1",
};

describe("a run's identity", () => {
  it("comes from flags, else from the CI's variables", () => {
    assert.deepEqual(identify({ recipe: "docs", build: "1" }, drone), {
      recipe: "docs",
      pr: "7",
      ref: "abc",
      build: "1",
      job: "1",
      attempt: "100",
    });
    assert.deepEqual(identify({ recipe: "docs" }, actions), {
      recipe: "docs",
      pr: undefined,
      ref: "abc",
      build: "99",
      job: "test",
      attempt: "1",
    });
  });

  it("F39: differs between two jobs of a build and two attempts of a job; is equal in two steps of one job", () => {
    const hex = (more: object) => runOf(identify({ recipe: "docs" }, { ...actions, ...more })).hex;
    assert.equal(hex({}), hex({ GITHUB_STEP: "other" }));
    assert.notEqual(hex({}), hex({ GITHUB_JOB: "other" }));
    assert.notEqual(hex({}), hex({ GITHUB_RUN_ATTEMPT: "2" }));
  });

  it("isn't reproducible without any value", () => {
    assert.equal(isReproducible(identify({ recipe: "docs" }, {})), false);
    assert.equal(isReproducible(identify({ recipe: "docs", ref: "main" }, {})), true);
  });

  it("requires a valid recipe name", () => {
    assert.throws(() => identify({}, {}), /--recipe is missing/);
    assert.throws(() => identify({ recipe: "../x" }, {}), /expected a recipe name/);
  });
});
