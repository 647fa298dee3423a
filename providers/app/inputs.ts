// An App's inputs: the declaration, its types, and what `check` adds to them.
import { z } from "zod";
import { absolutePath, commonAppInputs, runName, secretName } from "../lib/inputs/index.ts";

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

export const appInputs = z.strictObject({
  ...commonAppInputs,
  /** Whether the volumes that its compose file declares are snapshotted, and go back with its version. Traefik's hold nothing that must. */
  stateful: z.boolean().default(true),
  updates: updates.prefault({}),
  snapshots: snapshots.prefault({}),
  /** `kept`: upgraded with care, and its data outlives it. `run`: a CI run's own, gone without a trace when the run ends. */
  lifetime: z.enum(["kept", "run"]).default("kept"),
  /** The run that it belongs to: `<recipe>-<hex>`. */
  run: runName.optional(),
  /** Absolute path of a working tree of the recipe that is deployed in the place of a release, with what isn't committed yet. */
  checkout: absolutePath.optional(),
  /** Secrets of a run's app by abra's name for them: values that another resource made. Encrypted in the state. */
  secretValues: z.record(secretName, z.string().min(1)).default({}),
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
