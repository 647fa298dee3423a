// What hearth needs of a compose file's service, in one form whatever the file's, and how overlays change it. Facts
// from docker/cli v29.9.3, cli/compose/loader; a spec compares the two.
import { z } from "zod";
import { seconds } from "../time/index.ts";
import { ComposeError } from "./interpolate.ts";

/** As Go parses it. */
const duration = z
  .string("expected a duration such as 1m30s")
  .regex(/^[-+]?(0|((\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h))+)$/, "expected a duration such as 1m30s");
const texts = z.array(z.string("expected a string"));
const mapping = z.record(z.string(), z.union([z.string(), z.number(), z.null()], "expected a string or a number"));

export const serviceFile = z.looseObject({
  image: z.string("expected a string").optional(),
  env_file: z.union([z.string(), texts], "expected a string or a list").optional(),
  environment: z.union([mapping, texts], "expected a mapping or a list").optional(),
  healthcheck: z
    .looseObject({
      interval: duration.optional(),
      timeout: duration.optional(),
      retries: z.coerce.number().int().optional(),
      start_period: duration.optional(),
      disable: z.union([z.boolean(), z.string()]).optional(),
    })
    .optional(),
  stop_grace_period: duration.optional(),
  volumes: z.array(z.union([z.string(), z.looseObject({})])).optional(),
});

export interface Healthcheck {
  /** Seconds; undefined: Docker's default, or the image's. */
  readonly interval: number | undefined;
  readonly timeout: number | undefined;
  readonly startPeriod: number | undefined;
  readonly retries: number | undefined;
  readonly disable: boolean;
}

export interface Mount {
  readonly type: string;
  /** The volume's key in the compose file, or a path. */
  readonly source: string;
  readonly target: string;
  readonly readOnly: boolean;
}

export interface Service {
  readonly image: string | undefined;
  readonly healthcheck: Healthcheck | undefined;
  /** Seconds; undefined: Docker's default of 10. */
  readonly stopGracePeriod: number | undefined;
  readonly mounts: readonly Mount[];
}

/** The service as one file has it, with variables substituted. */
export function toService(file: z.infer<typeof serviceFile>): Service {
  const check = file.healthcheck;
  return {
    image: file.image || undefined,
    healthcheck: check
      ? {
          interval: secondsOf(check.interval),
          timeout: secondsOf(check.timeout),
          startPeriod: secondsOf(check.start_period),
          retries: check.retries,
          disable: isTrue(check.disable),
        }
      : undefined,
    stopGracePeriod: secondsOf(file.stop_grace_period),
    mounts: (file.volumes ?? []).map(toMount),
  };
}

/** `over` changes `base` key by key; an empty value changes nothing, and a mount replaces the one at its target. */
export function mergeServices(base: Service, over: Service): Service {
  return {
    image: over.image ?? base.image,
    healthcheck: mergeHealthchecks(base.healthcheck, over.healthcheck),
    stopGracePeriod: merged(base.stopGracePeriod, over.stopGracePeriod),
    mounts: [...new Map([...base.mounts, ...over.mounts].map(mount => [mount.target, mount])).values()],
  };
}

function mergeHealthchecks(base: Healthcheck | undefined, over: Healthcheck | undefined): Healthcheck | undefined {
  if (!base || !over) return over ?? base;
  return {
    interval: merged(base.interval, over.interval),
    timeout: merged(base.timeout, over.timeout),
    startPeriod: merged(base.startPeriod, over.startPeriod),
    retries: over.retries ?? base.retries,
    disable: over.disable || base.disable,
  };
}

/** An overlay's zero counts only where the file below has nothing. */
function merged(base: number | undefined, over: number | undefined): number | undefined {
  return over || (base ?? over);
}

function secondsOf(value: string | undefined): number | undefined {
  return value === undefined ? undefined : seconds(value);
}

function isTrue(value: boolean | string | undefined): boolean {
  return value === true || (typeof value === "string" && /^(y|yes|true|on)$/i.test(value));
}

/** `source:target:mode`, `target`, or a mapping. A source that begins with `.`, `/` or `~` is a path. */
function toMount(entry: string | Record<string, unknown>): Mount {
  if (typeof entry !== "string") {
    const { type = "volume", source = "", target = "", read_only: readOnly = false } = entry;
    return { type: String(type), source: String(source), target: String(target), readOnly: isTrue(readOnly as string) };
  }
  const parts = entry.split(":");
  if (parts.length > 3 || parts.includes(""))
    throw new ComposeError(`volumes: expected source:target:mode, got ${JSON.stringify(entry)}`);
  const [source, target, mode = ""] = parts.length === 1 ? ["", parts[0]!] : [parts[0]!, parts[1]!, parts[2]];
  const type = /^[./~]/.test(source) ? "bind" : "volume";
  return { type, source, target, readOnly: mode.split(",").includes("ro") };
}
