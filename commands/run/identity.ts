// The identity of a run: from flags, else from the CI's variables. Pure.
import { recipeName } from "../../providers/lib/inputs/index.ts";
import type { Identity } from "../../providers/lib/run/index.ts";

export interface IdentityFlags {
  readonly recipe?: string;
  readonly pr?: string;
  readonly ref?: string;
  readonly build?: string;
  readonly job?: string;
  readonly attempt?: string;
}

type Variables = Readonly<Record<string, string | undefined>>;

/** What a run is: one step, as with `hearth run -- <command>`, or a job, as with `start` and `stop`. */
export type Scope = "step" | "job";

/** Variables for each part of the identity; all that are set count. */
const systems: {
  readonly when: string;
  readonly parts: { readonly [K in Exclude<keyof Identity, "recipe">]?: readonly string[] };
  /** Of a step within its job: steps may run in parallel. */
  readonly step?: string;
}[] = [
  // https://docs.drone.io/pipeline/environment/reference/
  {
    when: "DRONE",
    parts: {
      pr: ["DRONE_PULL_REQUEST"],
      ref: ["DRONE_COMMIT"],
      build: ["DRONE_BUILD_NUMBER"],
      job: ["DRONE_STAGE_NUMBER"],
      attempt: ["DRONE_BUILD_CREATED"],
    },
    step: "DRONE_STEP_NUMBER",
  },
  // https://woodpecker-ci.org/docs/usage/environment
  {
    when: "CI_PIPELINE_NUMBER",
    parts: {
      pr: ["CI_COMMIT_PULL_REQUEST"],
      ref: ["CI_COMMIT_SHA"],
      build: ["CI_PIPELINE_NUMBER"],
      job: ["CI_WORKFLOW_NUMBER"],
      attempt: ["CI_PIPELINE_CREATED"],
    },
    step: "CI_STEP_NUMBER",
  },
  // GitHub's, and Forgejo's and Gitea's after it:
  // https://docs.github.com/actions/reference/workflows-and-actions/variables
  {
    when: "GITHUB_ACTIONS",
    parts: {
      ref: ["GITHUB_SHA"],
      build: ["GITHUB_RUN_ID"],
      // The legs of a matrix share GITHUB_JOB: where a leg runs tells it from one that runs at the same time.
      job: ["GITHUB_JOB", "RUNNER_NAME", "GITHUB_WORKSPACE", "HOSTNAME"],
      attempt: ["GITHUB_RUN_ATTEMPT"],
    },
  },
  // https://docs.gitlab.com/ci/variables/predefined_variables/
  {
    when: "GITLAB_CI",
    parts: { pr: ["CI_MERGE_REQUEST_IID"], ref: ["CI_COMMIT_SHA"], build: ["CI_PIPELINE_ID"], job: ["CI_JOB_ID"] },
  },
];

/** Throws if `recipe` is not a recipe's name. `scope`: default a job. */
export function identify(flags: IdentityFlags, env: Variables, scope: Scope = "job"): Identity {
  if (flags.recipe === undefined) throw new Error("--recipe is missing: expected the recipe under test");
  const recipe = recipeName.safeParse(flags.recipe);
  if (!recipe.success)
    throw new Error(`--recipe is ${JSON.stringify(flags.recipe)}: ${recipe.error.issues[0]?.message}`);
  const { parts = {}, step } = systems.find(system => env[system.when]) ?? {};
  const names = (name: keyof typeof parts) => [
    ...(parts[name] ?? []),
    ...(name === "job" && scope === "step" && step !== undefined ? [step] : []),
  ];
  const fromCi = (name: keyof typeof parts) =>
    names(name)
      .flatMap(variable => env[variable] || [])
      .join(" ") || undefined;
  const part = (name: keyof typeof parts) => flags[name] ?? fromCi(name);
  return {
    recipe: recipe.data,
    pr: part("pr"),
    ref: part("ref"),
    build: part("build"),
    job: part("job"),
    attempt: part("attempt"),
  };
}

/** Whether the same flags and variables identify the same run again; otherwise its name is random. */
export function isReproducible({ pr, ref, build, job, attempt }: Identity): boolean {
  return [pr, ref, build, job, attempt].some(part => part !== undefined);
}
