// The journal of what is being done to an app: each step is written before it starts, so that whoever comes next knows how far it got.
import { randomBytes } from "node:crypto";
import { z } from "zod";
import { FORMAT, format, readJson, removeFile, writeJson } from "../fs/index.ts";
import type { AppFolder } from "./appFolder.ts";
import { currentProcess, processIdentity } from "../process/index.ts";
import { stamp } from "../time/index.ts";

/** The way there, up to `commit`; then the way back. */
export const steps = z.enum([
  "preflight",
  "drain",
  "prepare",
  "stop",
  "snapshot",
  "deploy",
  "gate",
  "commit",
  "diagnostics",
  "undeploy",
  "restore",
  "redeploy",
  "verifyRollback",
  "finalize",
]);

const moment = z.iso.datetime();

/** What was so before anything was touched, and must be so again after. */
export const baseline = z.object({
  /** Names of Keycloak's realms that are no run's. */
  realms: z.array(z.string()).optional(),
  /** Hosts that Traefik served, and the status that each answered with. */
  hosts: z.record(z.string(), z.int()).optional(),
});

export const operation = z.object({
  format,
  /** Unique, and ordered by time. */
  id: z.string().min(1),
  kind: z.enum(["upgrade", "restore"]),
  recipe: z.string(),
  domain: z.string(),
  /** What ran before; absent where nothing did. */
  from: z.string().optional(),
  to: z.string(),
  /** Begun, and perhaps done. */
  step: steps,
  /** The snapshot that this operation wrote: the only one that its way back may restore. */
  snapshot: z.string().optional(),
  startedAt: moment,
  stepStartedAt: moment,
  /** What failed. */
  why: z.string().optional(),
  /** abra's own last word on it, masked. */
  abraFatal: z.string().optional(),
  /** On the way back. */
  rollingBack: z.boolean(),
  /** Whether `to` is to be held here once the way back is done: it was to blame. */
  rejectsTarget: z.boolean().optional(),
  /** Where its evidence lies. */
  diagnostics: z.string().optional(),
  baseline: baseline.default({}),
  /** The way back failed: nothing is touched until a person says how to go on. */
  broken: z.object({ why: z.string(), at: moment }).optional(),
  /** The process that wrote the last step. */
  holder: processIdentity,
});

export type OperationStep = z.infer<typeof steps>;
export type Baseline = z.infer<typeof baseline>;
export type Operation = z.infer<typeof operation>;
export type OperationPlan = Pick<Operation, "kind" | "recipe" | "domain" | "from" | "to"> &
  Partial<Pick<Operation, "baseline" | "snapshot" | "rollingBack">>;
/** undefined takes a field away. */
export type OperationChanges = Partial<
  Omit<Operation, "format" | "id" | "step" | "stepStartedAt" | "startedAt" | "holder">
>;

/** An operation was to begin while another one's journal is there: that one holds what its way back needs. */
export class UnfinishedOperationError extends Error {
  override readonly name = "UnfinishedOperationError";
  readonly operation: Operation;

  constructor(unfinished: Operation) {
    super(
      `${unfinished.recipe}: the ${unfinished.kind} to ${unfinished.to} of ${unfinished.startedAt} was interrupted at ${unfinished.step}: finish or undo it first`,
    );
    this.operation = unfinished;
  }
}

/** undefined where none is under way. Throws as `readJson`. */
export async function readOperation(folder: AppFolder): Promise<Operation | undefined> {
  return readJson(folder.operation, operation);
}

/** Writes the journal of a new operation, before its first step. Under the app's lock. Throws UnfinishedOperationError where there is one. */
export async function beginOperation(
  folder: AppFolder,
  what: OperationPlan,
  first: OperationStep = "preflight",
): Promise<Operation> {
  const unfinished = await readOperation(folder);
  if (unfinished) throw new UnfinishedOperationError(unfinished);
  return replaceOperation(folder, what, first);
}

/** As `begin`, in the place of a journal that a person gave up. */
export async function replaceOperation(
  folder: AppFolder,
  what: OperationPlan,
  first: OperationStep = "preflight",
): Promise<Operation> {
  const now = new Date();
  const id = `${stamp(now)}-${randomBytes(3).toString("hex")}`;
  const began = now.toISOString();
  return writeOperation(folder, {
    format: FORMAT,
    baseline: {},
    rollingBack: false,
    ...what,
    id,
    step: first,
    startedAt: began,
    stepStartedAt: began,
    holder: await currentProcess(),
  });
}

/** Writes that `op` is now at `next`, with `changes`; this process becomes its owner. To be awaited before the step starts. */
export async function writeStep(
  folder: AppFolder,
  op: Operation,
  next: OperationStep,
  changes: OperationChanges = {},
): Promise<Operation> {
  // Gone on with after an interruption, a step is as old as it was: only so does waiting come to an end.
  const stepAt = op.step === next ? op.stepStartedAt : new Date().toISOString();
  return writeOperation(folder, {
    ...op,
    ...changes,
    step: next,
    stepStartedAt: stepAt,
    holder: await currentProcess(),
  });
}

/** Takes the journal away, in either direction's end. Absent is success. */
export async function closeOperation(folder: AppFolder): Promise<void> {
  await removeFile(folder.operation);
}

/** The journal as given, for who keeps it himself. On the disk before it returns. */
export async function writeOperation(folder: AppFolder, op: Operation): Promise<Operation> {
  await writeJson(folder.operation, op);
  return op;
}
