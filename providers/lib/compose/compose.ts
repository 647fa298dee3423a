// What hearth must know of a recipe's compose files: names on the swarm, volumes, and how long health may take.
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
  /** Service name → its image, filled in, and what its healthcheck says. */
  readonly services: Record<string, z.infer<typeof service>>;
  /** Full names on the swarm. */
  readonly secrets: string[];
  readonly configs: string[];
  /** Names as the file has them. */
  readonly volumes: string[];
}

/** The compose files in `texts`, later ones over earlier ones, their names with `env` filled in. Throws on YAML that doesn't load. */
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

/** The files that COMPOSE_FILE names; `compose.yml` where it names none. */
export function composeFiles(env: Record<string, string>): string[] {
  const listed = (env["COMPOSE_FILE"] ?? "").split(":").filter(file => file !== "" && !file.startsWith("$"));
  return listed.length > 0 ? listed : ["compose.yml"];
}

/** `$NAME`, `${NAME}`, `${NAME:-default}` and `$$`, as compose fills them in; unknown is empty. */
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
 * Why abra's lint would refuse a compose file (R009: it doesn't load); undefined where it loads. Looks at what the engine's
 * own loader refuses most: YAML that isn't, no services, an environment value that is no plain one.
 */
export function loadFault(text: string): string | undefined {
  let file: unknown;
  try {
    file = parse(text);
  } catch (error) {
    return (error as Error).message.split("\n")[0];
  }
  const services = (file as { services?: Record<string, { environment?: unknown } | null> } | null)?.services;
  if (!services || typeof services !== "object") return "it has no services";
  for (const [name, each] of Object.entries(services)) {
    if (each === null || typeof each !== "object") return `service ${name} is no mapping`;
    const values = Object.values((each.environment ?? {}) as Record<string, unknown>);
    if (values.some(value => typeof value === "object" && value !== null))
      return `services.${name}.environment holds a value that is no string`;
  }
  return undefined;
}

/** Seconds until a service's healthcheck can first have said its last word: start_period + (interval + timeout) × retries, Docker's defaults filled in. */
export function healthSeconds(compose: Compose): number {
  const each = Object.values(compose.services).map(({ healthcheck: check }) => {
    if (!check || check.disable) return 0;
    const { start_period = "0s", interval = "30s", timeout = "30s", retries = 3 } = check;
    return seconds(start_period) + (seconds(interval) + seconds(timeout)) * retries;
  });
  return Math.max(0, ...each);
}

/** `export NAME=value` lines of a recipe's abra.sh: the versions of its configs. */
export function abraShVariables(text: string): Record<string, string> {
  return Object.fromEntries(
    [...text.matchAll(/^\s*export\s+([A-Za-z_]\w*)=["']?([^"'\s#]*)/gm)].map(([, name, value]) => [name!, value!]),
  );
}
