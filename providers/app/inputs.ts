// An App's inputs: the declaration, its types, and what `check` adds to them.
import { z } from "zod";
import { recipeName } from "../lib/run/index.ts";

const domainName = z
  .string()
  .max(253)
  .regex(
    /^(?=.*\.)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+$/,
    "is no domain name: lower-case letters, digits and hyphens, with a dot",
  );

/** How an app's health is told from outside. */
export const health = z.strictObject({
  /** Path asked for through the ingress, over HTTPS. */
  path: z.string().startsWith("/").default("/"),
  /** Status wanted. Default: any 2xx or 3xx. */
  status: z.int().min(100).max(599).optional(),
  /** The `issuer` that the answer must name. Default: not looked at. */
  issuer: z.url().optional(),
  /** Seconds that all must be good without a restart. */
  stableFor: z.number().min(0).max(3600).default(10),
  /** Seconds added to what the compose file's healthchecks allow. */
  margin: z.number().min(0).max(3600).default(60),
});

/** Which updates are applied by themselves. */
export const updates = z.strictObject({
  /** The largest step of the recipe's version, and of the app's. `major` lets majors through. */
  allow: z.enum(["none", "patch", "minor", "major"]).default("minor"),
  /** Hours since its tag was made before a version is applied. */
  minAgeHours: z.number().min(0).default(24),
  /** `any`: any release notes, of the version or of one crossed on the way, hold it. `none`: notes hold nothing. */
  notes: z.enum(["any", "none"]).default("any"),
});

/** What its snapshots may take on the disk; the newest stays whatever they take. */
export const snapshots = z.strictObject({
  /** How many are kept: the one that a rollback needs, and one before it for `hearth restore --previous`. */
  keep: z.union([z.literal(1), z.literal(2)]).default(2),
  /** Bytes that they may take together, compressed. Default: no limit. */
  bytes: z.int().positive().optional(),
});

/** A secret's value stays out of Pulumi: only where it lies is an input. */
export const secretSource = z.strictObject({
  /** Absolute path of a file on the host that holds the value. */
  file: z.string().startsWith("/"),
});

export const appInputs = z.strictObject({
  /** Recipe of Co-op Cloud. */
  recipe: recipeName,
  /** Where it is deployed; the app's identity. */
  domain: domainName,
  /** abra's name of the server. */
  server: z.string().min(1).default("default"),
  /** A tag of the recipe, or `latest`: the newest that may be applied by itself. */
  version: z.string().min(1).default("latest"),
  /** Keys of the .env that hearth owns; every other line is the operator's. */
  env: z.record(z.string().regex(/^[A-Za-z_]\w*$/), z.string()).default({}),
  /** Secrets with a value of their own, by abra's name for them; all others are generated. */
  secrets: z.record(z.string(), secretSource).default({}),
  health: health.prefault({}),
  /** Whether the volumes that its compose file declares are snapshotted, and go back with its version. Traefik's hold nothing that must. */
  stateful: z.boolean().default(true),
  updates: updates.prefault({}),
  snapshots: snapshots.prefault({}),
  /** hearth's directory on the host. */
  stateDir: z.string().startsWith("/"),
  /** `kept`: upgraded with care, and its data outlives it. `run`: a CI run's own, gone without a trace when the run ends. */
  lifetime: z.enum(["kept", "run"]).default("kept"),
  /** The run that it belongs to: `<recipe>-<hex>`. */
  run: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]*-[0-9a-f]{6}$/, "is no run's name: <recipe>-<6 hex digits>")
    .optional(),
  /** Absolute path of a working tree of the recipe that is deployed in the place of a release, with what isn't committed yet. */
  checkout: z.string().startsWith("/", "wanted is an absolute path").optional(),
  /** Secrets of a run's app by abra's name for them: values that another resource made. Encrypted in the state. */
  secretValues: z
    .record(
      z.string().regex(/^[a-z0-9_]+$/, "is no name of a secret: lower-case letters, digits and _"),
      z.string().min(1),
    )
    .default({}),
});

/** `appInputs`, and what must hold between them. */
export const wholeApp = appInputs.superRefine(({ lifetime, run, checkout, secretValues }, context) => {
  const refuse = (property: string, message: string) => context.addIssue({ code: "custom", path: [property], message });
  if (lifetime === "run") {
    if (run === undefined) refuse("run", "is missing: an app with the lifetime run belongs to one");
    return;
  }
  const runsOnly = "is for an app with the lifetime run";
  if (run !== undefined) refuse("run", runsOnly);
  if (checkout !== undefined) refuse("checkout", runsOnly);
  if (Object.keys(secretValues).length > 0)
    refuse("secretValues", `${runsOnly}: a kept app's secrets stay out of Pulumi (secrets: { <name>: { file } })`);
});

export type AppInputs = z.infer<typeof appInputs>;
/** As a program may write them: defaults left out. */
export type AppArgs = z.input<typeof appInputs>;

/** What `check` found out; part of the inputs that the engine keeps. */
export interface Resolved {
  /** What was passed over, and why: `11.0.0+26.5.0: major of the recipe`. */
  readonly held: string[];
  /** `healthy`, or what the world says. */
  readonly condition: string;
  /** Id of the swarm it lives in. */
  readonly swarm: string;
}

export type CheckedApp = AppInputs & Resolved;

/** A run's app, as checked. */
export interface RunApp extends CheckedApp {
  readonly run: string;
  /** What its checkout held; absent where a release is deployed. */
  readonly revision?: string;
}
