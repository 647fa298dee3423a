// The journal of an app's operation: each step is written before it starts, so that a later process knows how far it
// got.
import { randomBytes } from "node:crypto";
import { z } from "zod";
import { FORMAT, format, readJson, removeFile, writeJson } from "../fs/index.ts";
import type { AppFolder } from "./appFolder.ts";
import { recordedImages } from "./recordedImages.ts";
import { currentProcess, processIdentity } from "../process/index.ts";
import { stamp } from "../time/index.ts";

/** The steps of a rollback, in order. */
export const rollbackSteps = [
  "diagnostics",
  "verify",
  "undeploy",
  "restore",
  "redeploy",
  "verifyRollback",
  "finalize",
] as const;

/** An upgrade's steps up to `commit`, then those of a rollback. */
export const steps = z.enum([
  "preflight",
  "drain",
  "prepare",
  "stop",
  "snapshot",
  "deploy",
  "gate",
  "commit",
  ...rollbackSteps,
]);

/** ISO 8601 in UTC. */
const timestamp = z.iso.datetime();

/** What the app served before the operation; anything missing afterwards is a regression. */
const baseline = z.object({
  /** Keycloak: names of the realms that belong to no run. */
  realms: z.array(z.string()).optional(),
  /** Traefik: status by served host. */
  hosts: z.record(z.string(), z.int()).optional(),
});

/** Measured by the host's uptime: neither a clock that jumps nor a host that is off adds to it. */
const undecided = z.object({
  /** Recoveries that ended inconclusive. */
  recoveries: z.int(),
  /** Milliseconds that the host ran from the first verdict to the last one. */
  ms: z.number(),
  /** The last verdict: the boot, and the milliseconds since then. */
  boot: z.string(),
  at: z.number(),
});

const operation = z.object({
  format,
  /** Unique, and sorted by time. */
  id: z.string().min(1),
  kind: z.enum(["upgrade", "restore"]),
  recipe: z.string(),
  domain: z.string(),
  /** Id of the swarm that it changes; absent if an older hearth began it. */
  swarm: z.string().optional(),
  /** The version that ran before; absent if none did. */
  from: z.string().optional(),
  to: z.string(),
  /** The last step that was started; it may have completed. */
  step: steps,
  /** Id of the snapshot that this operation wrote: the only one that its rollback may restore. */
  snapshot: z.string().optional(),
  startedAt: timestamp,
  stepStartedAt: timestamp,
  /** The inconclusive verdicts of this step, from the first one on. */
  undecided: undecided.optional(),
  /** Why the operation failed. */
  why: z.string().optional(),
  /** abra's own last message about the failure, masked. */
  abraFatal: z.string().optional(),
  rollingBack: z.boolean(),
  /** Whether the rollback ends by rejecting `to`, because the version caused the failure. */
  rejectsTarget: z.boolean().optional(),
  /** Folder of the failure's diagnostics. */
  diagnostics: z.string().optional(),
  baseline: baseline.default({}),
  /** The app's volumes when the operation began, by their full names. */
  volumes: z.array(z.string()).optional(),
  /** Those of them that were removed meanwhile: their data is in the snapshot alone. */
  lost: z.array(z.string()).optional(),
  /** The images of `from`, by service, when the operation began: a way back runs exactly these. */
  images: recordedImages.optional(),
  /** Before the last deploy, when each service's update began that Swarm rolled back: a later one is this deploy's. */
  rollbacks: z.record(z.string(), z.string()).optional(),
  /** The rollback failed: hearth acts only after a person decides (`retry`, `restore` or `accept`). */
  broken: z.object({ why: z.string(), at: timestamp }).optional(),
  /** The process that wrote the last step. */
  holder: processIdentity,
});

export type OperationStep = z.infer<typeof steps>;
export type Baseline = z.infer<typeof baseline>;
export type Operation = z.infer<typeof operation>;
export type Undecided = z.infer<typeof undecided>;
/** What the caller decides when it begins an operation. */
type OperationPlan = Pick<Operation, "kind" | "recipe" | "domain" | "from" | "to"> &
  Partial<Pick<Operation, "swarm" | "baseline" | "snapshot" | "rollingBack" | "volumes" | "images">>;
/** Fields that a step may change; undefined removes one. */
export type OperationChanges = Partial<
  Omit<Operation, "format" | "id" | "step" | "stepStartedAt" | "startedAt" | "holder">
>;

/** Another operation's journal exists. Its rollback still needs it, so it is not overwritten. */
export class UnfinishedOperationError extends Error {
  override readonly name = "UnfinishedOperationError";
  readonly operation: Operation;

  constructor(unfinished: Operation) {
    const { recipe, kind, to, startedAt, step } = unfinished;
    super(
      `${recipe}: the ${kind} to ${to} of ${startedAt} was interrupted at ${step}: finish it or roll it back first`,
    );
    this.operation = unfinished;
  }
}

/** The operation under way; undefined if there is none. Throws as `readJson`. */
export async function readOperation(folder: AppFolder): Promise<Operation | undefined> {
  return readJson(folder.operation, operation);
}

/**
 * Writes the journal of a new operation, before its first step. Needs the app's lock. Throws UnfinishedOperationError
 * if a journal exists.
 */
export async function beginOperation(
  folder: AppFolder,
  plan: OperationPlan,
  first: OperationStep = "preflight",
): Promise<Operation> {
  const unfinished = await readOperation(folder);
  if (unfinished) throw new UnfinishedOperationError(unfinished);
  return replaceOperation(folder, plan, first);
}

/** Like `beginOperation`, but overwrites a journal, which a person gave up. */
export async function replaceOperation(
  folder: AppFolder,
  plan: OperationPlan,
  first: OperationStep = "preflight",
): Promise<Operation> {
  const now = new Date();
  const startedAt = now.toISOString();
  return writeOperation(folder, {
    format: FORMAT,
    baseline: {},
    rollingBack: false,
    ...plan,
    id: `${stamp(now)}-${randomBytes(3).toString("hex")}`,
    step: first,
    startedAt,
    stepStartedAt: startedAt,
    holder: await currentProcess(),
  });
}

/**
 * Records that `current` is now at `next`, with `changes`, and that this process holds it. Await it before the step
 * starts.
 */
export async function writeStep(
  folder: AppFolder,
  current: Operation,
  next: OperationStep,
  changes: OperationChanges = {},
): Promise<Operation> {
  // A step that is resumed keeps its start, so that its deadline doesn't move with every restart.
  const now = new Date().toISOString();
  const isResumed = current.step === next;
  // A start in the future, from a clock that was set back, becomes now.
  const stepStartedAt = isResumed && current.stepStartedAt < now ? current.stepStartedAt : now;
  const { undecided: _undecided, ...rest } = current;
  const kept = isResumed ? current : rest;
  return writeOperation(folder, { ...kept, ...changes, step: next, stepStartedAt, holder: await currentProcess() });
}

/** Removes the journal: the operation is done or rolled back. Absent is success. */
export async function closeOperation(folder: AppFolder): Promise<void> {
  await removeFile(folder.operation);
}

async function writeOperation(folder: AppFolder, written: Operation): Promise<Operation> {
  await writeJson(folder.operation, written);
  return written;
}
