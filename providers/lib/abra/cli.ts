// Runs `abra` and classifies its errors. No other file spawns it.
import { ProgramError, type Result, run, type RunOptions } from "../process/index.ts";
import * as argv from "./argv.ts";

type AbraErrorKind =
  | "not deployed"
  | "secret missing"
  | "unstaged changes"
  | "compose file"
  | "lightweight tag"
  | "not in place"
  | "other";

const kinds: readonly [RegExp, AbraErrorKind][] = [
  [/is not deployed/i, "not deployed"],
  [/secret not generated/i, "secret missing"],
  [/locally unstaged changes/i, "unstaged changes"],
  [/R009/, "compose file"],
  [/R014/, "lightweight tag"],
  // Swarm's messages: a config's content or a service's mode can't change while it is in use.
  [/only updates to labels are allowed|mode change is not allowed/i, "not in place"],
];

/** abra failed. It prints a FATA line to stdout and nothing to stderr. */
export class AbraError extends Error {
  override readonly name = "AbraError";
  readonly kind: AbraErrorKind;
  /** The text of abra's FATA line. */
  readonly fatal: string;

  constructor(what: string, fatal: string, cause: unknown) {
    super(`abra: ${what}: ${fatal}`, { cause });
    this.fatal = fatal;
    this.kind = kinds.find(([pattern]) => pattern.test(fatal))?.[1] ?? "other";
  }
}

/** The text of abra's FATA line; undefined if `error` isn't an AbraError. */
export function abraFatal(error: unknown): string | undefined {
  return error instanceof AbraError ? error.fatal : undefined;
}

/** The oldest abra whose flags and messages hearth knows. */
const OLDEST_ABRA = "0.13";

class AbraVersionError extends Error {
  override readonly name = "AbraVersionError";
}

/** The operations that hearth performs through abra. Each throws AbraError. */
export interface Abra {
  newApp(recipe: string, domain: string, server: string): Promise<void>;
  /** Uses the recipe clone's current files. */
  newAppHere(recipe: string, domain: string, server: string): Promise<void>;
  deploy(domain: string, version: string): Promise<void>;
  /** Uses the recipe clone's current files. */
  deployHere(domain: string): Promise<void>;
  undeploy(domain: string): Promise<void>;
  /** Removes its .env, secrets and volumes too. */
  removeApp(domain: string): Promise<void>;
  generateSecret(domain: string, name: string, version: string): Promise<void>;
  insertSecret(domain: string, name: string, version: string, file: string): Promise<void>;
  /** Removes every version of the secret. */
  removeSecret(domain: string, name: string): Promise<void>;
}

/** abra with the folder `abraDir`. Its processes inherit the descriptor `lock`. */
export function abraIn(abraDir: string, lock?: number): Abra {
  const call = async (args: string[], what: string): Promise<void> => {
    await abra(args, what, { env: { ABRA_DIR: abraDir }, inherit: lock });
  };
  return {
    newApp: (recipe, domain, server) => call(argv.newArgv(recipe, domain, server), `create the app ${domain}`),
    newAppHere: (recipe, domain, server) => call(argv.newHereArgv(recipe, domain, server), `create the app ${domain}`),
    deploy: (domain, version) => call(argv.deployArgv(domain, version), `deploy ${domain} at ${version}`),
    deployHere: domain => call(argv.chaosArgv(domain), `deploy ${domain} from a checkout`),
    undeploy: domain => call(argv.undeployArgv(domain), `undeploy ${domain}`),
    removeApp: domain => call(argv.removeArgv(domain), `remove ${domain}`),
    generateSecret: (domain, name, version) =>
      call(argv.secretGenerateArgv(domain, name, version), `generate secret ${name} of ${domain}`),
    insertSecret: (domain, name, version, file) =>
      call(argv.secretInsertArgv(domain, name, version, file), `insert secret ${name} of ${domain}`),
    removeSecret: (domain, name) => call(argv.secretRemoveArgv(domain, name), `remove secret ${name} of ${domain}`),
  };
}

/** Throws AbraVersionError if abra is missing or older than OLDEST_ABRA. */
export async function probeAbra(): Promise<void> {
  const { stdout } = await abra(argv.versionArgv(), "read its version", { timeout: VERSION_LIMIT }).catch(error => {
    if (error instanceof ProgramError && error.kind === "not found")
      throw new AbraVersionError("abra not found on PATH: install it from https://docs.coopcloud.tech/abra/install/", {
        cause: error,
      });
    throw error;
  });
  const found = /(\d+)\.(\d+)\.\d+/.exec(stdout);
  const [major = 0, minor = 0] = (found ?? []).slice(1).map(Number);
  if (!found)
    throw new AbraVersionError(
      `abra --version: expected a version, got ${JSON.stringify(stdout.slice(0, 80))}: ${INSTALL_NEWER}`,
    );
  if (major === 0 && minor < 13) throw new AbraVersionError(`abra ${found[0]} is too old: ${INSTALL_NEWER}`);
}

const INSTALL_NEWER = `install abra ${OLDEST_ABRA} or newer`;

/** Milliseconds. It waits for no task, but for a registry that doesn't answer, once for each image. */
const CALL_LIMIT = 600_000;

/** Milliseconds. */
const VERSION_LIMIT = 60_000;

async function abra(args: string[], what: string, options: RunOptions): Promise<Result> {
  try {
    return await run("abra", args, what, { timeout: CALL_LIMIT, ...options, yieldsCpu: true });
  } catch (error) {
    if (!(error instanceof ProgramError) || error.kind !== "failed") throw error;
    throw new AbraError(what, fatalLine(error.result), error);
  }
}

function fatalLine({ stdout, stderr, exitCode }: Result): string {
  const output = `${stdout}\n${stderr}`.trim();
  const fatal = output.split("\n").findLast(line => /\bFATA\b/.test(line));
  return fatal?.replace(/^.*?\bFATA\b\s*/, "").trim() ?? (output === "" ? `exit ${exitCode}, no output` : output);
}
