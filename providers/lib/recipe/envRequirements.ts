// Finds the variables and secrets that a version needs and an app's .env lacks, from the recipe's samples. Pure.
import { parseEnv } from "../env/index.ts";

/** The texts to compare, and the variables and secrets that hearth is configured to set. */
export interface EnvComparison {
  /** `.env.sample` of the version to deploy; empty if it has none. */
  readonly sample: string;
  /** `.env.sample` of the running version; empty if nothing runs or its tag is unknown. */
  readonly running: string;
  /** The app's .env; empty if it doesn't exist yet: abra creates it from the sample. */
  readonly env: string;
  /** The app's inputs: the variables that hearth owns, and the secrets (by abra's name) that have a source. */
  readonly settings: {
    readonly env: Readonly<Record<string, string>>;
    readonly secrets: Readonly<Record<string, unknown>>;
  };
}

interface NewSecret {
  /** abra's name: `smtp_password` for `SECRET_SMTP_PASSWORD_VERSION`. */
  readonly name: string;
  /** From the sample, such as `v1`. */
  readonly version: string;
  /** Where its value comes from; `nowhere`: the sample has `generate=false` and no source is configured. */
  readonly from: "generated" | "source" | "nowhere";
}

export interface EnvRequirements {
  /** New variables with the sample's value, in the sample's order. */
  readonly variables: readonly (readonly [key: string, value: string])[];
  /** New variables without a value in the sample. */
  readonly valueless: readonly string[];
  readonly secrets: readonly NewSecret[];
}

/** Keys that abra or hearth always sets itself. */
const MANAGED_KEYS = new Set(["TYPE", "RECIPE", "DOMAIN", "LETS_ENCRYPT_ENV", "COMPOSE_FILE", "STACK_NAME"]);

const secretKey = /^SECRET_(\w+)_VERSION$/;

/**
 * The target's variables and secrets that neither the .env nor hearth's settings have. If the .env doesn't exist yet,
 * only secrets are new: abra creates it with every variable of the sample.
 */
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

/** Why the target can't be deployed automatically: names each requirement without a value. */
export function missing({ valueless, secrets }: EnvRequirements): string[] {
  const unavailable = secrets.filter(({ from }) => from === "nowhere");
  return [
    ...valueless.map(key => `the variable ${key} has no value`),
    ...unavailable.map(({ name }) => `the secret ${name} can't be generated`),
  ];
}

/** Names of the additions as the preview prints them: `SMTP_PORT`, `secret smtp_password`. */
export function additionNames({ variables, secrets }: EnvRequirements): string[] {
  return [...variables.map(([key]) => key), ...secrets.map(({ name }) => `secret ${name}`)];
}

/**
 * Keys of `sample` with a value that `env` lacks, versions of secrets included. A key in `running`, the running
 * version's sample, isn't new: the operator removed it. Values are parsed; `withAdditions` copies the sample's line.
 */
export function additions(sample: string, env: string, running = ""): [key: string, value: string][] {
  return newKeys(sample, env, running).filter(([, value]) => value !== "");
}

/** Appends the `additions` to `env`, each as the sample's whole line: abra reads a secret's length from its comment. */
export function withAdditions(env: string, sample: string, running = ""): string {
  const lines = additions(sample, env, running).map(([key]) => lineOf(sample, key));
  if (lines.length === 0) return env;
  const newline = env.includes("\r\n") ? "\r\n" : "\n";
  const separator = env === "" || env.endsWith("\n") ? "" : newline;
  return `${env}${separator}${lines.join(newline)}${newline}`;
}

function newKeys(sample: string, env: string, running: string): [key: string, value: string][] {
  const known = { ...parseEnv(running), ...parseEnv(env) };
  return Object.entries(parseEnv(sample)).filter(([key]) => !Object.hasOwn(known, key) && !MANAGED_KEYS.has(key));
}

function isGenerated(sample: string, key: string): boolean {
  return !/#.*\bgenerate=false\b/.test(lineOf(sample, key));
}

/** The last assignment of `key`, which is the one that parseEnv uses. */
function lineOf(sample: string, key: string): string {
  return sample.split(/\r?\n/).findLast(line => new RegExp(`^\\s*(?:export\\s+)?${key}=`).test(line)) ?? "";
}
