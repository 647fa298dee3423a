// The one file that spawns `abra`, and turns what it says into kinds.
import { ProgramError, type Result, run, type RunOptions } from "../process/index.ts";
import * as argv from "./argv.ts";

export type AbraErrorKind =
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
  // Swarm's own words: a config's content, or a service's mode, can't be changed while it is in use.
  [/only updates to labels are allowed|mode change is not allowed/i, "not in place"],
];

/** abra said FATA (on stdout, with stderr empty), or couldn't be run. */
export class AbraError extends Error {
  override readonly name = "AbraError";
  readonly kind: AbraErrorKind;
  /** abra's FATA line, without the word. */
  readonly fatal: string;

  constructor(what: string, fatal: string, cause: unknown) {
    super(`abra: ${what}: ${fatal}`, { cause });
    this.fatal = fatal;
    this.kind = kinds.find(([pattern]) => pattern.test(fatal))?.[1] ?? "other";
  }
}

/** abra's FATA line; undefined for an error that isn't abra's. */
export function abraFatal(error: unknown): string | undefined {
  return error instanceof AbraError ? error.fatal : undefined;
}

/** The oldest abra whose flags and words hearth knows. */
export const OLDEST_ABRA = "0.13";

export class AbraVersionError extends Error {
  override readonly name = "AbraVersionError";
}

/** What hearth does through abra. */
export interface Abra {
  newApp(recipe: string, domain: string, server: string): Promise<void>;
  /** From the recipe's clone as it stands. */
  newAppHere(recipe: string, domain: string, server: string): Promise<void>;
  deploy(domain: string, version: string): Promise<void>;
  /** From the recipe's clone as it stands. */
  deployHere(domain: string): Promise<void>;
  undeploy(domain: string): Promise<void>;
  /** Removes its .env, secrets and volumes. */
  removeApp(domain: string): Promise<void>;
  generateSecret(domain: string, name: string, version: string): Promise<void>;
  insertSecret(domain: string, name: string, version: string, file: string): Promise<void>;
  /** In every version. */
  removeSecret(domain: string, name: string): Promise<void>;
}

/** abra with the folder `abraDir`; its processes keep the descriptor `lock` open. */
export function abraIn(abraDir: string, lock?: number): Abra {
  const call = async (words: string[], what: string): Promise<void> => {
    await abra(words, what, { env: { ABRA_DIR: abraDir }, inherit: lock });
  };
  return {
    newApp: (recipe, domain, server) => call(argv.newArgv(recipe, domain, server), `make the app ${domain}`),
    newAppHere: (recipe, domain, server) => call(argv.newHereArgv(recipe, domain, server), `make the app ${domain}`),
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

/** Throws AbraVersionError where abra is missing or older than OLDEST_ABRA. */
export async function probeAbra(): Promise<void> {
  const { stdout } = await abra(argv.versionArgv(), "ask its version").catch(error => {
    if (error instanceof ProgramError && error.kind === "not found")
      throw new AbraVersionError(
        "there is no `abra` on PATH: install it from https://docs.coopcloud.tech/abra/install/",
        { cause: error },
      );
    throw error;
  });
  const found = /(\d+)\.(\d+)\.\d+/.exec(stdout);
  const [major = 0, minor = 0] = (found ?? []).slice(1).map(Number);
  if (!found)
    throw new AbraVersionError(
      `abra doesn't say its version (it said ${JSON.stringify(stdout.slice(0, 80))}); hearth wants ${OLDEST_ABRA} or newer`,
    );
  if (major === 0 && minor < 13)
    throw new AbraVersionError(`abra is ${found[0]}; hearth wants ${OLDEST_ABRA} or newer`);
}

async function abra(words: string[], what: string, options: RunOptions = {}): Promise<Result> {
  try {
    return await run("abra", words, what, options);
  } catch (error) {
    if (!(error instanceof ProgramError) || error.kind !== "failed") throw error;
    throw new AbraError(what, fatalLine(error.result), error);
  }
}

function fatalLine({ stdout, stderr, exitCode }: Result): string {
  const said = `${stdout}\n${stderr}`.trim();
  const fatal = said.split("\n").findLast(line => /\bFATA\b/.test(line));
  return fatal?.replace(/^.*?\bFATA\b\s*/, "").trim() ?? (said === "" ? `exit ${exitCode} without a word` : said);
}
