// The variables and secrets that a version needs and an app's .env lacks, from the recipe's samples. Pure.
import { parseEnv } from "../env/index.ts";

/** The texts to compare, and what hearth is configured to set. */
export interface EnvComparison {
  /** `.env.sample` of the version to be deployed; empty where it has none. */
  readonly sample: string;
  /** `.env.sample` of the version that runs; empty where nothing does or its tag isn't known. */
  readonly running: string;
  /** The app's .env; empty where there is none yet: abra makes it from the sample. */
  readonly env: string;
  /** The app's inputs: keys of the .env that hearth owns, and the secrets, by abra's name, that have a source. */
  readonly settings: {
    readonly env: Readonly<Record<string, string>>;
    readonly secrets: Readonly<Record<string, unknown>>;
  };
}

export interface NewSecret {
  /** As abra calls it: `SECRET_SMTP_PASSWORD_VERSION` is `smtp_password`. */
  readonly name: string;
  /** `v1`, from the sample. */
  readonly version: string;
  /** Where its value comes from; `nowhere`: the sample says `generate=false` and no source is configured. */
  readonly from: "generated" | "source" | "nowhere";
}

export interface EnvRequirements {
  /** New variables, each with the value that the sample gives it, in its order. */
  readonly variables: readonly (readonly [key: string, value: string])[];
  /** New variables that the sample gives no value. */
  readonly valueless: readonly string[];
  readonly secrets: readonly NewSecret[];
}

/** Keys that abra or hearth sets, whatever a sample says. */
const NOT_THE_SAMPLES = new Set(["TYPE", "RECIPE", "DOMAIN", "LETS_ENCRYPT_ENV", "COMPOSE_FILE", "STACK_NAME"]);

const secretKey = /^SECRET_(\w+)_VERSION$/;

/** What the target wants that neither the .env nor hearth's settings have. In a .env that abra is still to make nothing is new but its secrets. */
export function envRequirements({ sample, running, env, settings }: EnvComparison): EnvRequirements {
  const fresh = newKeys(sample, env, running).filter(([key]) => !Object.hasOwn(settings.env, key));
  const variables = env === "" ? [] : fresh.filter(([key, value]) => value === "" || !secretKey.test(key));
  return {
    variables: variables.filter(([, value]) => value !== ""),
    valueless: variables.filter(([, value]) => value === "").map(([key]) => key),
    secrets: fresh.flatMap(([key, version]) => {
      const name = secretKey.exec(key)?.[1]?.toLowerCase();
      if (name === undefined || version === "") return [];
      const generated = isGenerated(sample, key) ? "generated" : "nowhere";
      return [{ name, version, from: Object.hasOwn(settings.secrets, name) ? "source" : generated }];
    }),
  };
}

/** Why the target can't be deployed automatically: each requirement without a value, by name. */
export function missing({ valueless, secrets }: EnvRequirements): string[] {
  const unmade = secrets.filter(({ from }) => from === "nowhere");
  return [
    ...valueless.map(key => `the variable ${key} has no value`),
    ...unmade.map(({ name }) => `the secret ${name} can't be generated`),
  ];
}

/** What the plan names: `SMTP_PORT`, `secret smtp_password`. */
export function additionNames({ variables, secrets }: EnvRequirements): string[] {
  return [...variables.map(([key]) => key), ...secrets.map(({ name }) => `secret ${name}`)];
}

/**
 * The keys with a value, secrets' versions among them, that `sample` has and `env` hasn't got. What is active in `running`, the
 * running version's sample, isn't new: the operator left it out. A value is as parsed: `extended` keeps comments and `$NAME` as written.
 */
export function additions(sample: string, env: string, running = ""): [key: string, value: string][] {
  return newKeys(sample, env, running).filter(([, value]) => value !== "");
}

/** `env` with the `additions` at its end, each the sample's own line: abra reads a secret's length off the comment behind it. */
export function withAdditions(env: string, sample: string, running = ""): string {
  const lines = additions(sample, env, running).map(([key]) => lineOf(sample, key));
  if (lines.length === 0) return env;
  const newline = env.includes("\r\n") ? "\r\n" : "\n";
  const joint = env === "" || env.endsWith("\n") ? "" : newline;
  return `${env}${joint}${lines.join(newline)}${newline}`;
}

function newKeys(sample: string, env: string, running: string): [key: string, value: string][] {
  const known = { ...parseEnv(running), ...parseEnv(env) };
  return Object.entries(parseEnv(sample)).filter(([key]) => !Object.hasOwn(known, key) && !NOT_THE_SAMPLES.has(key));
}

function isGenerated(sample: string, key: string): boolean {
  return !/#.*\bgenerate=false\b/.test(lineOf(sample, key));
}

/** The line that wins, as parseEnv has it. */
function lineOf(sample: string, key: string): string {
  return sample.split(/\r?\n/).findLast(line => new RegExp(`^\\s*(?:export\\s+)?${key}=`).test(line)) ?? "";
}
