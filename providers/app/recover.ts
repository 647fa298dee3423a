// Finishes or undoes an interrupted operation. Knows nothing of Pulumi.
import { InconclusiveError } from "../lib/health/index.ts";
import type { Operation } from "../lib/state/index.ts";
import { retryCleanUp } from "./cleanUp.ts";
import { BrokenError } from "./errors.ts";
import { alertInconclusive, brokenMessage, markBroken } from "./failure.ts";
import { passGate } from "./gate.ts";
import type { UpgradeHost } from "./host.ts";
import { closeOperation, rollBack, runRollback, tryGuard } from "./rollback.ts";
import { commitUpgrade } from "./upgrade.ts";

/** Milliseconds after which an operation whose gate stays inconclusive makes the app broken. */
const INCONCLUSIVE_LIMIT = 24 * 3_600_000;

/** Recoveries that it takes too: a clock that jumps forward proves nothing. */
const MIN_INCONCLUSIVE = 3;

export type Recovery = "nothing" | "finished" | "undone";

/** Throws BrokenError if that fails, or failed before; InconclusiveError if it must be checked again. */
export async function recover(host: UpgradeHost): Promise<Recovery> {
  const operation = await host.operation();
  if (!operation) {
    await retryCleanUp(host);
    return "nothing";
  }
  if (operation.broken) {
    await tryGuard(host);
    throw new BrokenError(brokenMessage(host.name, operation.broken.why, operation.diagnostics));
  }
  const { from, to, step } = operation;
  host.log(`${host.name}: an operation (${from} → ${to}) was interrupted at ${step}`);
  try {
    await host.claimMaintenance(`${from} → ${to}, interrupted at ${step}`);
    return await resume(host, operation);
  } catch (error) {
    if (error instanceof InconclusiveError) throw await countInconclusive(host, error);
    throw error;
  }
}

/** Records the attempt. Returns `error`, or BrokenError if the step has been inconclusive for too long. */
async function countInconclusive(host: UpgradeHost, error: InconclusiveError): Promise<Error> {
  const operation = await host.operation(); // its step may have changed meanwhile
  if (!operation) return error;
  const inconclusive = (operation.inconclusive ?? 0) + 1;
  const counted = await host.writeStep(operation, operation.step, { inconclusive });
  return isOverdue(counted) ? markBroken(host, counted, error) : error;
}

function isOverdue({ stepStartedAt, inconclusive = 0 }: Operation): boolean {
  return inconclusive >= MIN_INCONCLUSIVE && Date.now() - Date.parse(stepStartedAt) > INCONCLUSIVE_LIMIT;
}

/** Continues `operation` at its step. */
export async function resume(host: UpgradeHost, operation: Operation): Promise<Recovery> {
  // The app may still run: the snapshot is verified before it is undeployed.
  if (operation.rollingBack) return undo(host, operation, operation.step === "undeploy" ? "verify" : operation.step);
  switch (operation.step) {
    case "preflight":
    case "drain":
      await closeOperation(host);
      return "undone";
    case "prepare":
      await host.restoreEnv(operation);
      await closeOperation(host);
      return "undone";
    case "stop":
    case "snapshot":
      return undo(host, { ...operation, rollingBack: true, snapshot: undefined }, "redeploy");
    case "deploy":
      // What half a deploy left is unknown. An interrupted deploy doesn't reject the version.
      return undo(host, { ...operation, rollingBack: true, rejectsTarget: false }, "verify");
    case "commit":
      // It passed its gate, so its data stays. If it is down by now, it is repaired.
      await commitUpgrade(host, operation, operation.to);
      return "finished";
    default:
      return repeatGate(host, operation);
  }
}

async function undo(host: UpgradeHost, operation: Operation, first: Operation["step"]): Promise<"undone"> {
  await runRollback(host, operation, first);
  return "undone";
}

/** The deploy was complete: a whole window decides. */
async function repeatGate(host: UpgradeHost, operation: Operation): Promise<Recovery> {
  try {
    await passGate(host, operation.to, operation.baseline, operation.rollbacks);
  } catch (error) {
    if (error instanceof InconclusiveError) throw await alertInconclusive(host, operation, error);
    await rollBack(host, operation, error, false); // a power cut proves nothing against the version
    return "undone";
  }
  await commitUpgrade(host, operation, operation.to);
  return "finished";
}
