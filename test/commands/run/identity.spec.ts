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

  it("F39: differs between parallel legs of one job, which GitHub and Forgejo give the same variables", () => {
    const hex = (more: object) => runOf(identify({ recipe: "docs" }, { ...actions, ...more })).hex;
    const legs = [
      { RUNNER_NAME: "one", GITHUB_WORKSPACE: "/runner-1/_work/docs/docs" },
      { RUNNER_NAME: "two", GITHUB_WORKSPACE: "/runner-2/_work/docs/docs" },
      { RUNNER_NAME: "one", GITHUB_WORKSPACE: "/home/runner/.cache/act/0a1b/hostexecutor" },
      { RUNNER_NAME: "one", GITHUB_WORKSPACE: "/workspace/docs", HOSTNAME: "f00f" },
      { RUNNER_NAME: "one", GITHUB_WORKSPACE: "/workspace/docs", HOSTNAME: "cafe" },
    ];
    assert.equal(new Set(legs.map(hex)).size, legs.length);
    const named = legs.map(leg => runOf(identify({ recipe: "docs", job: "leg-1" }, { ...actions, ...leg })).hex);
    assert.equal(new Set(named).size, 1, "--job alone counts");
  });

  it("F39: differs between parallel steps, where one step is the whole run; start and stop are two steps", () => {
    const woodpecker = { CI_PIPELINE_NUMBER: "42", CI_WORKFLOW_NUMBER: "1" };
    for (const [system, number] of [
      [drone, "DRONE_STEP_NUMBER"],
      [woodpecker, "CI_STEP_NUMBER"],
    ] as const) {
      const hex = (step: string, scope: "step" | "job") =>
        runOf(identify({ recipe: "docs" }, { ...system, [number]: step }, scope)).hex;
      assert.notEqual(hex("2", "step"), hex("3", "step"));
      assert.equal(hex("2", "step"), hex("2", "step"));
      assert.equal(hex("2", "job"), hex("3", "job"));
    }
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
