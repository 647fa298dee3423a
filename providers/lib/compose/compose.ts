// Reads what hearth needs from a recipe's compose files: names on the swarm, volumes, and time until healthy.
import { parse } from "yaml";
import { z } from "zod";
import { seconds } from "../time/index.ts";

const duration = z.union([z.string(), z.number()]);
const service = z.looseObject({
  image: z.string().optional(),
  healthcheck: z
    .looseObject({
      interval: duration.optional(),
      timeout: duration.optional(),
      retries: z.number().optional(),
      start_period: duration.optional(),
      disable: z.boolean().optional(),
    })
    .optional(),
});
const named = z.record(z.string(), z.looseObject({ name: z.string().optional() }).nullable()).nullish();
const composeFile = z.looseObject({
  services: z.record(z.string(), service).nullish(),
  secrets: named,
  configs: named,
  volumes: z.record(z.string(), z.unknown()).nullish(),
});

export interface Compose {
  /** By name: the image, with variables substituted, and the healthcheck. */
  readonly services: Record<string, z.infer<typeof service>>;
  /** Full names on the swarm. */
  readonly secrets: string[];
  /** Full names on the swarm. */
  readonly configs: string[];
  /** Names in the compose file, without the stack's prefix. */
  readonly volumes: string[];
}

/**
 * Merges the compose files `texts`, later ones over earlier ones, and substitutes `env` in images and names. Throws if
 * the YAML is invalid.
 */
export function readCompose(texts: readonly string[], env: Record<string, string>): Compose {
  const files = texts.map(text => composeFile.parse(parse(text) ?? {}));
  const names = (kind: "secrets" | "configs") =>
    files.flatMap(file =>
      Object.values(file[kind] ?? {}).flatMap(entry => (entry?.name ? [interpolate(entry.name, env)] : [])),
    );
  const services: Record<string, z.infer<typeof service>> = {};
  for (const file of files)
    for (const [name, found] of Object.entries(file.services ?? {})) services[name] = { ...services[name], ...found };
  for (const each of Object.values(services)) if (each.image) each.image = interpolate(each.image, env);
  return {
    services,
    secrets: [...new Set(names("secrets"))],
    configs: [...new Set(names("configs"))],
    volumes: [...new Set(files.flatMap(file => Object.keys(file.volumes ?? {})))],
  };
}

/** The files listed in COMPOSE_FILE. Default: `compose.yml`. */
export function composeFiles(env: Record<string, string>): string[] {
  const listed = (env["COMPOSE_FILE"] ?? "").split(":").filter(file => file !== "" && !file.startsWith("$"));
  return listed.length > 0 ? listed : ["compose.yml"];
}

/** Substitutes `$NAME`, `${NAME}`, `${NAME:-default}` and `$$` as compose does; an unknown name becomes empty. */
export function interpolate(text: string, env: Record<string, string>): string {
  return text.replace(
    /\$\$|\$\{([A-Za-z_]\w*)(?:(:?-)([^}]*))?\}|\$([A-Za-z_]\w*)/g,
    (whole, braced?: string, sign?: string, fallback?: string, plain?: string) => {
      if (whole === "$$") return "$";
      const value = env[(braced ?? plain)!];
      return value === undefined || (sign === ":-" && value === "") ? (fallback ?? "") : value;
    },
  );
}

/**
 * Why abra's lint would reject a compose file (R009: it doesn't load); undefined if it would not. Covers the most
 * common errors of Docker's loader: invalid YAML, no services, an environment value that is not a scalar.
 */
export function loadFault(text: string): string | undefined {
  let file: unknown;
  try {
    file = parse(text);
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

/**
 * Seconds until every healthcheck has given its first verdict: the longest start_period + (interval + timeout) ×
 * retries, with Docker's defaults.
 */
export function healthSeconds(compose: Compose): number {
  const each = Object.values(compose.services).map(({ healthcheck: check }) => {
    if (!check || check.disable) return 0;
    const { start_period = "0s", interval = "30s", timeout = "30s", retries = 3 } = check;
    return seconds(start_period) + (seconds(interval) + seconds(timeout)) * retries;
  });
  return Math.max(0, ...each);
}

/** Parses the `export NAME=value` lines of a recipe's abra.sh, which hold the versions of its configs. */
export function abraShVariables(text: string): Record<string, string> {
  return Object.fromEntries(
    [...text.matchAll(/^\s*export\s+([A-Za-z_]\w*)=["']?([^"'\s#]*)/gm)].map(([, name, value]) => [name!, value!]),
  );
}
