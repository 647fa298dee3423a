// Finds the variables and secrets that a version needs and an app's .env lacks, from the recipe's samples. Pure.
import { lineOf, parseEnv } from "../env/index.ts";

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
  /** Secrets that the version's compose files declare and the swarm lacks. */
  readonly absent: readonly DeclaredSecret[];
}

/** A secret as a compose file declares it, with the app's variables. */
export interface DeclaredSecret {
  /** On the swarm. */
  readonly fullName: string;
  /** abra's name, such as `ssl_cert`; undefined for a secret outside the app's stack, which abra doesn't create. */
  readonly name: string | undefined;
  /** Such as `v1`; empty if its variable has no value. */
  readonly version: string;
  /** The variable that holds its version, such as `SECRET_WILDCARD_CERT_VERSION`. */
  readonly versionKey?: string;
}

interface NewSecret {
  /** abra's name; the full name of a secret outside the app's stack. */
  readonly name: string;
  /**
   * Where its value comes from. `nowhere`: its variable's line says `generate=false`, and no source is configured;
   * `outside`: another stack or a person must create it.
   */
  readonly from: "generated" | "source" | "nowhere" | "outside";
}

export interface EnvRequirements {
  /** New variables with the sample's value, in the sample's order. */
  readonly variables: readonly (readonly [key: string, value: string])[];
  /**
   * New variables without a value in the sample, a new secret's version without a value, and a new COMPOSE_FILE: which
   * files an existing app needs is the operator's choice.
   */
  readonly valueless: readonly string[];
  /** Variables whose value can't be a secret's version. */
  readonly malformed: readonly string[];
  readonly secrets: readonly NewSecret[];
}

/** Keys that abra or hearth always sets itself. */
const MANAGED_KEYS = new Set(["TYPE", "RECIPE", "DOMAIN", "LETS_ENCRYPT_ENV", "COMPOSE_FILE", "STACK_NAME"]);

/** The variable that names the app's compose files. */
const FILES = "COMPOSE_FILE";

const secretKey = /^SECRET_\w+_VERSION$/;

/**
 * The target's variables and secrets that neither the .env, the swarm nor hearth's settings have. If the .env doesn't
 * exist yet, only secrets are new: abra creates it with every variable of the sample.
 */
export function envRequirements({ sample, running, env, settings, absent }: EnvComparison): EnvRequirements {
  const fresh = newKeys(sample, env, running).filter(([key]) => !Object.hasOwn(settings.env, key));
  const isVersion = (key: string) => secretKey.test(key) || absent.some(({ versionKey }) => versionKey === key);
  const variables = env === "" ? [] : fresh.filter(([key]) => !isVersion(key));
  return {
    variables: variables.filter(([, value]) => value !== ""),
    valueless: [
      ...variables.filter(([, value]) => value === "").map(([key]) => key),
      ...(env !== "" && choosesFiles(sample, [parseEnv(running), parseEnv(env), settings.env]) ? [FILES] : []),
      ...versionKeys(absent, version => version === ""),
    ],
    malformed: versionKeys(absent, version => version !== "" && !isSecretVersion(version)),
    secrets: absent
      .filter(({ version, versionKey }) => isSecretVersion(version) || versionKey === undefined)
      .map(({ fullName, name, versionKey }) => {
        if (name === undefined) return { name: fullName, from: "outside" };
        if (Object.hasOwn(settings.secrets, name)) return { name, from: "source" };
        return { name, from: canGenerate([env, sample], versionKey) ? "generated" : "nowhere" };
      }),
  };
}

/** Whether `sample` names compose files where none of `known` does. */
function choosesFiles(sample: string, known: readonly Readonly<Record<string, string>>[]): boolean {
  const named = parseEnv(sample)[FILES] ?? "";
  return !["", "compose.yml"].includes(named) && !known.some(variables => Object.hasOwn(variables, FILES));
}

/**
 * Whether the swarm takes it in a secret's name. A version with a blank has a part of its comment: abra's reader of
 * .env files cuts a line at its last comment.
 */
export function isSecretVersion(version: string): boolean {
  return /^[\w.-]+$/.test(version);
}

function versionKeys(secrets: readonly DeclaredSecret[], matches: (version: string) => boolean): string[] {
  return [...new Set(secrets.flatMap(({ version, versionKey }) => (matches(version) ? (versionKey ?? []) : [])))];
}

/** Why the target can't be deployed automatically: names each requirement without a value. */
export function missing({ valueless, malformed, secrets }: EnvRequirements): string[] {
  const named = (source: NewSecret["from"]) => secrets.filter(({ from }) => from === source).map(({ name }) => name);
  return [
    ...valueless.map(key => `the variable ${key} has no value`),
    ...malformed.map(key => `${key} is no secret's version: two comments?`),
    ...named("nowhere").map(name => `the secret ${name} can't be generated`),
    ...named("outside").map(name => `the external secret ${name} doesn't exist`),
  ];
}

/** Names of the additions as the preview prints them: `SMTP_PORT`, `secret smtp_password`. */
export function additionNames({ variables, secrets }: EnvRequirements): string[] {
  const created = secrets.filter(({ from }) => from !== "outside");
  return [...variables.map(([key]) => key), ...created.map(({ name }) => `secret ${name}`)];
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

/**
 * Whether abra may generate a secret whose version `key` holds: no comment on the variable's line in `texts`, the .env
 * and its sample, says `generate=false`. A line that the sample comments out counts too: a random value is no
 * certificate.
 */
export function canGenerate(texts: readonly string[], key: string | undefined): boolean {
  if (key === undefined) return true;
  const forbidden = new RegExp(
    `^[ \\t#]*(?:export\\s+)?${key}[ \\t]*[=:][^\\r\\n]*#[^\\r\\n]*\\bgenerate=false\\b`,
    "m",
  );
  return !texts.some(text => forbidden.test(text));
}
