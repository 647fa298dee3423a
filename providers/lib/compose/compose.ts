// Reads what hearth needs from a recipe's compose files: names on the swarm, volumes, and time until healthy.
import { parse } from "yaml";
import { z } from "zod";
import type { DeclaredSecret } from "../recipe/index.ts";
import { ComposeError, interpolate } from "./interpolate.ts";
import { toSecret } from "./secret.ts";
import { mergeServices, serviceFile, toService, type Service } from "./service.ts";

const named = z
  .record(
    z.string(),
    z
      .looseObject({
        name: z.string().nullish(),
        external: z.union([z.boolean(), z.string(), z.looseObject({ name: z.string().nullish() })]).nullish(),
        file: z.string().nullish(),
      })
      .nullable(),
  )
  .nullish();
type Section = z.infer<typeof named>;
const composeFile = z.looseObject({
  version: z.union([z.string(), z.number()]).optional(),
  services: z.record(z.string(), serviceFile).nullish(),
  secrets: named,
  configs: named,
  volumes: z.record(z.string(), z.unknown()).nullish(),
});

export interface Compose {
  readonly services: Readonly<Record<string, Service>>;
  /** Without those that have a file: the deploy creates them. */
  readonly secrets: readonly DeclaredSecret[];
  /** Full names on the swarm. */
  readonly configs: string[];
  /** Names in the compose file, without the stack's prefix. */
  readonly volumes: string[];
}

/** The sections in which docker substitutes variables: not `version`, not `x-…`. */
const SECTIONS = ["services", "secrets", "configs", "volumes", "networks"] as const;

/**
 * Substitutes `env` in the compose files `texts` and merges them, later ones over earlier ones, as docker's loader
 * does. Throws ComposeError, or what the YAML parser throws.
 */
export function readCompose(texts: readonly string[], env: Readonly<Record<string, string>>): Compose {
  const raw = texts.map(parseYaml);
  const files = raw.map(file => composeFile.parse(substitute(file, env)));
  const [version, other] = new Set(files.map(file => String(file.version)));
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
      raw.map(file => composeFile.shape.secrets.parse((file as { secrets?: unknown }).secrets)),
      env,
    ),
    configs: [...new Set(Object.values(namesOf(files.map(file => file.configs))))],
    volumes: [...new Set(files.flatMap(file => Object.keys(file.volumes ?? {})))],
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
    const external = entry?.external;
    const name = entry?.name || (typeof external === "object" ? external?.name : undefined);
    return [key, name || (external ? key : undefined)] as const;
  });
  return Object.fromEntries(names.filter((entry): entry is [string, string] => entry[1] !== undefined));
}

/** The last definition of each key counts. */
function mergeSections(sections: readonly Section[]): NonNullable<Section> {
  return Object.assign({}, ...sections) as NonNullable<Section>;
}

/** With `<<` merged. */
function parseYaml(text: string): unknown {
  return parse(text, { merge: true }) ?? {};
}

function substitute(file: unknown, env: Readonly<Record<string, string>>): unknown {
  if (typeof file !== "object" || file === null) return file;
  return Object.fromEntries(
    Object.entries(file).map(([key, value]) => [
      key,
      (SECTIONS as readonly string[]).includes(key) ? substituteAll(value, env) : value,
    ]),
  );
}

function substituteAll(value: unknown, env: Readonly<Record<string, string>>): unknown {
  if (typeof value === "string") return interpolate(value, env);
  if (Array.isArray(value)) return value.map(each => substituteAll(each, env));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, substituteAll(each, env)]));
}

/** The files listed in COMPOSE_FILE. Default: `compose.yml`. */
export function composeFiles(env: Record<string, string>): string[] {
  const listed = (env["COMPOSE_FILE"] ?? "").split(":").filter(file => file !== "");
  return listed.length > 0 ? listed : ["compose.yml"];
}

/**
 * Why abra's lint would reject a compose file (R009: it doesn't load); undefined if it would not. Covers the most
 * common errors of Docker's loader: invalid YAML, no services, an environment value that is not a scalar.
 */
export function loadFault(text: string): string | undefined {
  let file: unknown;
  try {
    file = parseYaml(text);
  } catch (error) {
    return (error as Error).message.split("\n")[0];
  }
  const services = (file as { services?: Record<string, { environment?: unknown } | null> } | null)?.services;
  if (!services || typeof services !== "object") return "expected services";
  for (const [name, each] of Object.entries(services)) {
    if (each === null || typeof each !== "object") return `services.${name}: expected a mapping`;
    const values = Object.values((each.environment ?? {}) as Record<string, unknown>);
    if (values.some(value => typeof value === "object" && value !== null))
      return `services.${name}.environment: expected strings`;
  }
  return undefined;
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
