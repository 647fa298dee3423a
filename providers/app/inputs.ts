// The inputs of a WarmApp, and what `check` adds to them.
import { z } from "zod";
import type { BlockedRelease } from "./releaseTypes.ts";
import { commonAppInputs } from "../lib/inputs/index.ts";

/** Which newer versions hearth applies without approval. */
export const updates = z.strictObject({
  allow: z
    .enum(["none", "patch", "minor", "major"])
    .default("minor")
    .describe("Largest version step, of the recipe and of the app, to apply automatically. Default: minor."),
  minAgeHours: z
    .number()
    .min(0)
    .default(24)
    .describe("Hours since hearth first saw a version's tag before the version is applied. Default: 24."),
  notes: z
    .enum(["any", "none"])
    .default("any")
    .describe(
      "any: release notes, of the version or of one it skips, hold it; none: notes hold nothing. Default: any.",
    ),
});

/** How much disk the snapshots may use; the newest is always kept. */
export const snapshots = z.strictObject({
  keep: z
    .union([z.literal(1), z.literal(2)])
    .default(2)
    .describe("Number of snapshots to keep: the second is for hearth restore --previous. Default: 2."),
  bytes: z.int().positive().optional().describe("Compressed size of all snapshots in bytes. Default: no limit."),
});

export const warmAppInputs = z.strictObject({
  ...commonAppInputs,
  stateful: z
    .boolean()
    .default(true)
    .describe(
      "Whether its volumes are snapshotted and rolled back. Default: true; in hearth's profile of Traefik: false.",
    ),
  updates: updates.prefault({}).describe("Which newer versions to apply automatically."),
  snapshots: snapshots.prefault({}).describe("Number and size of snapshots."),
});

export type WarmAppInputs = z.infer<typeof warmAppInputs>;
/** As a program may write them: fields with a default are optional. */
export type WarmAppArgs = z.input<typeof warmAppInputs>;

/** What `check` adds to the inputs. */
export interface Resolved {
  /** Newer versions that aren't applied, each with its reasons. */
  readonly held: BlockedRelease[];
  /** `healthy`, or what was observed instead. */
  readonly condition: string;
  /** Keys of the .env that differ from their configured value, and that the next `up` sets. Never values. */
  readonly drifted: readonly string[];
  /** Whether hearth's folder has the inputs of the last `up`: a run's repair uses them. */
  readonly recorded: boolean;
  /** Id of the swarm that the app runs on. */
  readonly swarm: string;
}

export type CheckedWarmApp = WarmAppInputs & Resolved;
