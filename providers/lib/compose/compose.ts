// Reads what hearth needs from a recipe's compose files: names on the swarm, volumes, and time until healthy.
import { dirname, isAbsolute, join } from "node:path";
import type { DeclaredSecret } from "../recipe/index.ts";
import { type ComposeFile, readFile, type Section } from "./file.ts";
import { ComposeError } from "./interpolate.ts";
import { toSecret } from "./secret.ts";
import { mergeServices, toService, type Service } from "./service.ts";

export interface Compose {
  readonly services: Readonly<Record<string, Service>>;
  /** Without those that have a file: the deploy creates them. */
  readonly secrets: readonly DeclaredSecret[];
  /** Full names on the swarm. */
  readonly configs: string[];
  /** Names in the compose file, without the stack's prefix. */
  readonly volumes: string[];
  /** As the services name them: a relative path begins at the folder of the first compose file. */
  readonly envFiles: string[];
}

/**
 * Substitutes `env` in the compose files `texts` and merges them, later ones over earlier ones, as docker's loader
 * does. Throws ComposeError, or what the YAML parser throws.
 */
export function readCompose(texts: readonly string[], env: Readonly<Record<string, string>>): Compose {
  return mergeFiles(
    texts.map(text => readFile(text, env)),
    env,
  );
}

function mergeFiles(files: readonly ComposeFile[], env: Readonly<Record<string, string>>): Compose {
  const [version, other] = new Set(files.map(file => file.version));
  if (other !== undefined) throw new ComposeError(`expected one version in all files, got ${version} and ${other}`);
  const services: Record<string, Service> = {};
  for (const file of files)
    for (const [name, found] of Object.entries(file.services ?? {})) {
      const service = toService(found);
      services[name] = services[name] ? mergeServices(services[name], service) : service;
    }
  return {
    services,
    secrets: secretsOf(
      files.map(file => file.secrets),
      files.map(file => file.secretTemplates),
      env,
    ),
    configs: [...new Set(Object.values(namesOf(files.map(file => file.configs))))],
    volumes: [...new Set(files.flatMap(file => Object.keys(file.volumes ?? {})))],
    envFiles: files.flatMap(({ services: all = {} }) => Object.values(all).flatMap(each => each.env_file ?? [])),
  };
}

/** `templates`: the sections without substituted variables. */
function secretsOf(
  sections: readonly Section[],
  templates: readonly Section[],
  env: Readonly<Record<string, string>>,
): DeclaredSecret[] {
  const names = namesOf(sections);
  const merged = mergeSections(sections);
  const template = namesOf(templates);
  const external = Object.entries(names).filter(([key]) => !merged[key]?.file);
  return [...new Map(external.map(([key, name]) => [name, toSecret(name, template[key] ?? name, env)])).values()];
}

/** Full names on the swarm, by key. An entry without a name is called by its key, if it is external. */
function namesOf(sections: readonly Section[]): Record<string, string> {
  const names = Object.entries(mergeSections(sections)).map(([key, entry]) => {
    const { external } = entry;
    const name = entry.name || (typeof external === "object" ? external.name : undefined);
    return [key, name || (external ? key : undefined)] as const;
  });
  return Object.fromEntries(names.filter((entry): entry is [string, string] => entry[1] !== undefined));
}

/** The last definition of each key counts. */
function mergeSections(sections: readonly Section[]): NonNullable<Section> {
  return Object.assign({}, ...sections) as NonNullable<Section>;
}

/** The files listed in COMPOSE_FILE. Default: `compose.yml`. */
export function composeFiles(env: Record<string, string>): string[] {
  const listed = (env["COMPOSE_FILE"] ?? "").split(":").filter(file => file !== "");
  return listed.length > 0 ? listed : ["compose.yml"];
}

/**
 * Why abra's lint would reject the compose files, by name, with the variables `env` (R009: docker's loader refuses
 * them); undefined if hearth finds nothing. Covers the parts that hearth reads.
 */
export function loadFault(
  texts: Readonly<Record<string, string>>,
  env: Readonly<Record<string, string>>,
): string | undefined {
  const files: ComposeFile[] = [];
  for (const [name, text] of Object.entries(texts)) {
    const fault = faultOf(() => {
      files.push(readFile(text, env));
      mergeFiles(files, env);
    });
    if (fault !== undefined) return `${name}: ${fault}`;
  }
  return files.some(({ services }) => Object.keys(services ?? {}).length > 0) ? undefined : "expected services";
}

function faultOf(read: () => unknown): string | undefined {
  try {
    read();
    return undefined;
  } catch (error) {
    return (error as Error).message.split("\n")[0];
  }
}

/** The recipe's files that services read variables from, as docker finds them. `first`: the first compose file. */
export function envFiles(compose: Compose, first: string): string[] {
  const inRecipe = compose.envFiles.filter(file => !isAbsolute(file)).map(file => join(dirname(first), file));
  return [...new Set(inRecipe)].filter(file => !file.startsWith(".."));
}

/** The images of all services. */
export function imageReferences({ services }: Compose): string[] {
  return [...new Set(Object.values(services).flatMap(({ image }) => image ?? []))];
}

/**
 * Seconds until every healthcheck has given its first verdict: the longest start_period + (interval + timeout) ×
 * retries, with Docker's defaults.
 */
export function healthSeconds(compose: Compose): number {
  const each = Object.values(compose.services).map(({ healthcheck: check }) => {
    if (!check || check.disable) return 0;
    return (check.startPeriod ?? 0) + ((check.interval || 30) + (check.timeout || 30)) * (check.retries || 3);
  });
  return Math.max(0, ...each);
}

/** Whether a service has no healthcheck, so that its time to start is unknown; an image's own isn't known here. */
export function lacksHealthcheck({ services }: Compose): boolean {
  return Object.values(services).some(({ healthcheck: check }) => !check || check.disable);
}

/** Parses the `export NAME=value` lines of a recipe's abra.sh, which hold the versions of its configs. */
export function abraShVariables(text: string): Record<string, string> {
  return Object.fromEntries(
    [...text.matchAll(/^\s*export\s+([A-Za-z_]\w*)=["']?([^"'\s#]*)/gm)].map(([, name, value]) => [name!, value!]),
  );
}
