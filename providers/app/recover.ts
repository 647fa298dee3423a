// Finishes or undoes an interrupted operation. Knows nothing of Pulumi.
import { InconclusiveError } from "../lib/health/index.ts";
import type { Operation } from "../lib/state/index.ts";
import { retryCleanUp } from "./cleanUp.ts";
import { BrokenError } from "./errors.ts";
import { alertInconclusive, brokenMessage, hostTime, markBroken } from "./failure.ts";
import { passGate } from "./gate.ts";
import type { UpgradeHost } from "./host.ts";
import { closeOperation, rollBack, runRollback, tryGuard } from "./rollback.ts";
import { addVerdict, isOverdue } from "./undecided.ts";
import { commitUpgrade } from "./upgrade.ts";

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
  const undecided = addVerdict(operation.undecided, await hostTime(), true);
  const counted = await host.writeStep(operation, operation.step, { undecided });
  return isOverdue(undecided) ? markBroken(host, counted, error) : error;
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
      return undo(host, operation, "redeploy", { rollingBack: true, snapshot: undefined });
    case "deploy":
      // What half a deploy left is unknown. An interrupted deploy doesn't reject the version.
      return undo(host, operation, "verify", { rollingBack: true, rejectsTarget: false });
    case "commit":
      // It passed its gate, so its data stays. If it is down by now, it is repaired.
      await commitUpgrade(host, operation, operation.to);
      return "finished";
    default:
      return repeatGate(host, operation);
  }
}

async function undo(...rollback: Parameters<typeof runRollback>): Promise<"undone"> {
  await runRollback(...rollback);
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
