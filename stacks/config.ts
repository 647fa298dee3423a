// Reads the stack's configuration. Reports one sentence for each missing or wrong key.
import { availableParallelism } from "node:os";
import { z } from "zod";
import { warmAppInputs } from "../providers/app/inputs.ts";
import { absolutePath, recipeName } from "../providers/lib/inputs/index.ts";
import { recipeSettings } from "./recipes.ts";

const domain = z.string().regex(/^[a-z0-9-]+(\.[a-z0-9-]+)+$/, "expected a domain such as ci.example.org");

/** Settings of a warm app; its profile has the defaults. */
const app = warmAppInputs
  .pick({
    domain: true,
    version: true,
    env: true,
    secrets: true,
    health: true,
    stateful: true,
    updates: true,
    snapshots: true,
  })
  .partial();

export const settings = z.strictObject({
  baseDomain: domain.describe("Domain below which hearth's apps live, such as `ci.example.org`. Required."),
  stateDir: absolutePath
    .default("/var/lib/hearth")
    .describe("hearth's directory: locks, journals, snapshots, alerts, mirrors. Default: `/var/lib/hearth`."),
  server: z.string().min(1).default("default").describe("abra's name of the server. Default: `default`."),
  alerts: z
    .strictObject({
      command: z
        .tuple([z.string().min(1)], z.string())
        .optional()
        .describe("argv of a program that gets each alert as JSON on standard input. Default: none."),
      webhookFile: absolutePath
        .optional()
        .describe("File, mode 0600, with the URL to which each alert is posted. Default: none."),
    })
    .refine(
      ({ command, webhookFile }) => command === undefined || webhookFile === undefined,
      "expected a command or a webhookFile, not both",
    )
    .default({})
    .describe("Channel of alerts, which are always kept below `stateDir` too. Default: none."),
  keycloak: z
    .enum(["auto", "warm", "dedicated"])
    .default("auto")
    .describe("Keycloak of runs; `auto`: the warm one unless it is down or in maintenance. Default: `auto`."),
  dedicatedLimit: z.coerce
    .number()
    .int()
    .min(0)
    .default(1)
    .describe("Runs that may have a dedicated Keycloak at once. Default: 1."),
  wait: z
    .strictObject({
      keycloak: z.coerce
        .number()
        .min(0)
        .default(120)
        .describe("Seconds that a run waits while the warm Keycloak is unreachable, before it fails. Default: 120."),
    })
    .prefault({})
    .describe("Limits of waits."),
  startLimit: z.coerce
    .number()
    .int()
    .min(1)
    .default(availableParallelism())
    .describe("Runs that start at once; the others wait in order of arrival. Default: the host's number of cores."),
  recipes: z
    .record(recipeName, recipeSettings)
    .default({})
    .describe("What runs of each recipe need and deploy (below). Default: a realm and no app."),
  checkout: absolutePath
    .optional()
    .describe("Working tree deployed instead of a release; `hearth run --checkout` writes it. Default: none."),
  ca: absolutePath
    .optional()
    .describe("PEM file of the authority behind the host's certificates, for a run's command. Default: none."),
  apps: z
    .record(recipeName, app)
    .prefault({})
    .describe(
      "Settings of warm apps, by recipe; Keycloak and Traefik are always warm, any other recipe if it is here.",
    ),
});

/** An app's settings as written: without defaults, which its profile has. */
type AppConfig = z.input<typeof app>;
export type Config = Omit<z.infer<typeof settings>, "apps"> & { readonly apps: Readonly<Record<string, AppConfig>> };

export class ConfigError extends Error {
  override readonly name = "ConfigError";
}

/** Reads Pulumi's configuration map (`hearth:baseDomain` → text). Throws ConfigError with one sentence per key. */
export function readConfig(all: Record<string, string>): Config {
  const given = Object.fromEntries(
    Object.entries(all)
      .filter(([key]) => key.startsWith("hearth:"))
      .map(([key, value]) => [key.slice("hearth:".length), structured(value)]),
  );
  const parsed = settings.safeParse(given);
  if (parsed.success) return { ...parsed.data, apps: (given["apps"] ?? {}) as Config["apps"] };
  throw new ConfigError(parsed.error.issues.map(issue => sentence(issue, given)).join("\n"));
}

/** Pulumi hands structured values over as JSON text. */
function structured(value: string): unknown {
  if (!/^[[{]/.test(value)) return value;
  try {
    return JSON.parse(value);
  } catch {
    return value; // not JSON: the schema reports what is expected
  }
}

function sentence(issue: z.core.$ZodIssue, given: object): string {
  const [first, ...rest] = issue.path.map(String);
  if (issue.code === "unrecognized_keys") {
    const keys = issue.keys.map(key => `hearth:${[...issue.path, key].join(".")}`).join(", ");
    return `${keys}: no such setting of hearth`;
  }
  const key = `hearth:${first}${rest.map(part => `.${part}`).join("")}`;
  const found = [first, ...rest].reduce<unknown>(
    (value, part) => (value as Record<string, unknown> | undefined)?.[part!],
    given,
  );
  if (found === undefined) {
    const example = "; expected the domain below which hearth's apps live, such as ci.example.org";
    return `${key} is missing: set it with \`pulumi config set ${key} …\`${first === "baseDomain" ? example : ""}`;
  }
  // The value of a variable may be a secret; in a recipe's settings it is a template.
  if (first === "apps" && rest.includes("env")) return `${key}: ${issue.message}`;
  return `${key} is ${JSON.stringify(found)}: ${issue.message}`;
}
