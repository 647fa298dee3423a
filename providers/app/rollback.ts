// The rollback: diagnostics, verify, undeploy, restore, redeploy, verifyRollback, finalize. Resumes where interrupted.
import { abraFatal } from "../lib/abra/index.ts";
import { InconclusiveError } from "../lib/health/index.ts";
import { type Operation, type OperationChanges, type OperationStep, rollbackSteps } from "../lib/state/index.ts";
import { shortReason } from "../lib/reason.ts";
import { errorMessage } from "../lib/text.ts";
import { cleanUp } from "./cleanUp.ts";
import { alertInconclusive, markBroken } from "./failure.ts";
import { passGate } from "./gate.ts";
import type { UpgradeHost } from "./host.ts";
import { rejectionAtEnd } from "./rejection.ts";

/** The app is healthy again at `version`. */
export interface RolledBack {
  readonly version: string;
  /** What failed; undefined if the upgrade was interrupted. */
  readonly reason: string | undefined;
  /** Whether its data was restored. */
  readonly withData: boolean;
}

/**
 * Before the deploy began: deploys the same version on the same volumes, and rejects nothing. Throws BrokenError,
 * InconclusiveError.
 */
export async function redeploy(host: UpgradeHost, operation: Operation, failure: unknown): Promise<RolledBack> {
  const failed = failureOf(host, failure);
  host.log(`${host.name}: ${shortReason(failed.why)}; redeploying ${operation.from}`);
  return runRollback(host, operation, "redeploy", { ...failed, rejectsTarget: false, snapshot: undefined });
}

/** After the deploy began: restores version and data. Throws BrokenError, InconclusiveError. */
export async function rollBack(
  host: UpgradeHost,
  operation: Operation,
  failure: unknown,
  rejects = true,
): Promise<RolledBack> {
  const failed = failureOf(host, failure);
  host.log(`${host.name}: ${shortReason(failed.why)}; rolling back to ${operation.from}`);
  // A changed .env that fails doesn't reject the version that runs.
  const rejectsTarget = rejects && operation.to !== operation.from;
  return runRollback(host, operation, "diagnostics", { ...failed, rejectsTarget });
}

function failureOf(host: UpgradeHost, failure: unknown): OperationChanges & { why: string } {
  const fatal = abraFatal(failure);
  return {
    rollingBack: true,
    why: host.mask(errorMessage(failure)),
    abraFatal: fatal === undefined ? undefined : host.mask(fatal),
  };
}

/**
 * Runs the steps from `first` on, with which the journal gets `changes`: until then the operation stands as it was. A
 * rollback is never rolled back: a failure makes the app broken.
 */
export async function runRollback(
  host: UpgradeHost,
  operation: Operation,
  first: OperationStep,
  changes: OperationChanges = {},
): Promise<RolledBack> {
  if (!rollbackSteps.some(step => step === first))
    throw new Error(`${host.name}: ${first} is not a step of a rollback`);
  let current = operation;
  await tryGuard(host);
  try {
    const begin = await withLostVolumes(host, operation, first, changes);
    const start = rollbackSteps.findIndex(step => step === begin.first);
    for (const step of rollbackSteps.slice(start)) {
      current = await host.writeStep(current, step, step === begin.first ? begin.changes : {});
      current = { ...current, ...(await runStep[step](host, current)) };
    }
  } catch (error) {
    if (error instanceof InconclusiveError) throw await alertInconclusive(host, current, error);
    throw await markBroken(host, current, error, changes);
  }
  await closeOperation(host);
  return { version: versionBefore(current), reason: current.why, withData: current.snapshot !== undefined };
}

type Step = (host: UpgradeHost, operation: Operation) => Promise<Partial<Operation> | void>;

const runStep: Record<(typeof rollbackSteps)[number], Step> = {
  async diagnostics(host, operation) {
    try {
      return { diagnostics: await host.captureDiagnostics(operation) };
    } catch (error) {
      // Roll back even if diagnostics can't be written.
      host.log(`${host.name}: diagnostics can't be written: ${shortReason(host.mask(errorMessage(error)))}`);
      return {};
    }
  },
  async verify(host, operation) {
    // Before anything stops: without a snapshot to restore, the app stays as it is.
    if (operation.snapshot !== undefined) await host.verifySnapshot(operation.snapshot);
  },
  async undeploy(host, operation) {
    await refuseForeignDeploy(host, operation);
    if (host.stateful) await host.stop();
  },
  async restore(host, operation) {
    if (operation.snapshot !== undefined) await host.restore(operation);
  },
  async redeploy(host, operation) {
    await refuseForeignDeploy(host, operation);
    await refuseLostVolumes(host, operation);
    await host.restoreEnv(operation);
    const rollbacks = await host.rollbacks();
    await host.deploy(versionBefore(operation));
    return { rollbacks };
  },
  async verifyRollback(host, operation) {
    await passGate(host, versionBefore(operation), operation.baseline, operation.rollbacks);
  },
  async finalize(host, operation) {
    const { why, diagnostics } = operation;
    if (operation.kind === "restore") await host.commit(versionBefore(operation));
    const rejection = rejectionAtEnd(operation);
    if (rejection !== undefined) await host.reject(operation.to, rejection, diagnostics);
    await cleanUp(host);
    if (why !== undefined) await alertRolledBack(host, operation, why);
  },
};

async function alertRolledBack(host: UpgradeHost, operation: Operation, why: string): Promise<void> {
  const { id, to, from, rejectsTarget = false } = operation;
  await host.alert({
    key: `${id} recovered`,
    severity: "warning",
    why,
    attempted: to,
    recovered: true,
    fatal: operation.abraFatal,
    diagnostics: operation.diagnostics,
    todo: rejectsTarget
      ? `nothing: ${to} is held until a newer version is released, or until it is approved`
      : `nothing: ${from} runs as before; the next up retries`,
  });
}

/**
 * The first step and the journal's changes for a rollback of an app whose volumes may have been removed meanwhile: then
 * this operation's own snapshot is restored, although nothing was to be undone.
 */
async function withLostVolumes(
  host: UpgradeHost,
  operation: Operation,
  first: OperationStep,
  changes: OperationChanges,
): Promise<{ readonly first: OperationStep; readonly changes: OperationChanges }> {
  const lost = await host.lostVolumes(operation);
  if (lost.length === 0) return { first, changes };
  const found = { ...changes, lost: [...new Set([...(operation.lost ?? []), ...lost])] };
  if (first !== "redeploy" || !(await host.hasSnapshot(operation))) return { first, changes: found };
  host.log(`${host.name}: volume ${lost.join(", ")} was removed meanwhile; restoring it`);
  return { first: "verify", changes: { ...found, snapshot: operation.id } };
}

/** A deploy would begin with empty volumes. */
export async function refuseLostVolumes(host: UpgradeHost, operation: Operation): Promise<void> {
  const lost = await host.lostVolumes(operation);
  if (lost.length === 0) return;
  const snapshot = (await host.hasSnapshot(operation)) ? "" : ", before its snapshot was complete";
  throw new Error(`volume ${lost.join(", ")} was removed meanwhile${snapshot}`);
}

/** Guards the app. A guard that can't start stops no rollback: without it, only a prune of the host is a danger. */
export async function tryGuard(host: UpgradeHost): Promise<void> {
  await host.guard().catch(error => {
    host.log(`${host.name}: not guarded against a prune: ${shortReason(host.mask(errorMessage(error)))}`);
  });
}

/** Ends the operation of an app that runs: releases its guards and maintenance, then closes the journal. */
export async function closeOperation(host: UpgradeHost): Promise<void> {
  await host.releaseGuards();
  await host.releaseMaintenance();
  await host.close();
}

/** Every operation records the version that ran before. */
function versionBefore({ from }: Operation): string {
  if (from === undefined) throw new Error("journal: the version before the operation is missing");
  return from;
}

/** A version that another person deployed meanwhile is neither undeployed nor replaced. */
async function refuseForeignDeploy(host: UpgradeHost, { from, to }: Operation): Promise<void> {
  const { deployed, version } = await host.running();
  if (deployed && version !== from && version !== to)
    throw new InconclusiveError(`${host.name}: another person deployed ${version ?? "an unknown version"} meanwhile`);
}
