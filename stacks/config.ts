// The stack's configuration, read once: each missing or wrong key is a sentence.
import { z } from "zod";
import { appInputs } from "../providers/app/inputs.ts";
import { absolutePath, recipeName } from "../providers/lib/inputs/index.ts";
import { recipeSettings } from "./recipes.ts";

const domain = z.string().regex(/^[a-z0-9-]+(\.[a-z0-9-]+)+$/, "wanted is a domain such as ci.example.org");

/** What may be said of a kept app; everything else has the warm stack's own default. */
const app = appInputs
  .pick({ domain: true, version: true, env: true, secrets: true, health: true, updates: true, snapshots: true })
  .partial();

const schema = z.strictObject({
  /** The domain below which every app of hearth lives. */
  baseDomain: domain,
  /** hearth's directory on the host: locks, mirrors of recipes. Absolute. */
  stateDir: absolutePath.default("/var/lib/hearth"),
  /** abra's name of the server that the apps are deployed to. */
  server: z.string().min(1).default("default"),
  /** Where alerts go, beside the files below stateDir that they always are. A webhook's URL is a secret: here stands only where it lies. */
  alerts: z
    .strictObject({
      /** argv of a program that gets each alert as JSON on its standard input. */
      command: z.tuple([z.string().min(1)], z.string()).optional(),
      /** Absolute path of a file, mode 0600, that holds the URL each alert is posted to. */
      webhookFile: absolutePath.optional(),
    })
    .refine(
      ({ command, webhookFile }) => command === undefined || webhookFile === undefined,
      "wanted is a command or a webhookFile, not both",
    )
    .default({}),
  /** Which Keycloak runs get: `auto` the kept one, and one of their own only while that is proved down or in maintenance. */
  keycloak: z.enum(["auto", "warm", "dedicated"]).default("auto"),
  /** How many runs may have a Keycloak of their own at once. */
  dedicatedLimit: z.coerce.number().int().min(0).default(1),
  /** What runs of each recipe need and deploy; a recipe that isn't here gets a realm, and no app. */
  recipes: z.record(recipeName, recipeSettings).default({}),
  /** Absolute path of a working tree of the recipe under test, deployed instead of a release: `hearth run --checkout` writes it. */
  checkout: absolutePath.optional(),
  /** Absolute path of a PEM file with the authority that signed the host's certificates, where the system doesn't know it: for a run's command. */
  ca: absolutePath.optional(),
  /** Settings of the kept apps, by recipe. */
  apps: z.strictObject({ traefik: app.optional(), keycloak: app.optional() }).prefault({}),
});

/** An app's settings as written: what is left out stays out, for the warm stack's own defaults to fill in. */
export type AppConfig = z.input<typeof app>;
export type Config = Omit<z.infer<typeof schema>, "apps"> & {
  readonly apps: { readonly traefik?: AppConfig; readonly keycloak?: AppConfig };
};

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
  const parsed = schema.safeParse(given);
  if (parsed.success) return { ...parsed.data, apps: (given["apps"] ?? {}) as Config["apps"] };
  throw new ConfigError(parsed.error.issues.map(issue => sentence(issue, given)).join("\n"));
}

/** Pulumi hands structured values over as JSON text. */
function structured(value: string): unknown {
  if (!/^[[{]/.test(value)) return value;
  try {
    return JSON.parse(value);
  } catch {
    return value; // no JSON after all: the schema says what is wanted
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
  if (found === undefined)
    return `${key} is missing: set it with \`pulumi config set ${key} …\`${first === "baseDomain" ? "; wanted is the domain below which hearth's apps live, such as ci.example.org" : ""}`;
  return `${key} is ${JSON.stringify(found)}: ${issue.message}`;
}
