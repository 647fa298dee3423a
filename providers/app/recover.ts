// What an interrupted operation left: finished where its version is up, undone where not. Knows nothing of Pulumi.
import type { Operation } from "../lib/state/index.ts";
import { markBroken, closeOperation, rollBack, alertInconclusive, runRollback } from "./rollback.ts";
import { BrokenError, UpgradeError } from "./errors.ts";
import { finish } from "./upgrade.ts";
import { passGate } from "./gate.ts";
import type { UpgradeHost } from "./host.ts";
import { InconclusiveError } from "../lib/health/index.ts";

/** Milliseconds after which an operation that stays at its gate without a verdict is broken. */
const UNDECIDED_LIMIT = 24 * 3_600_000;

export type Recovered = "nothing" | "finished" | "undone";

/** Finishes or undoes. Throws BrokenError where that failed, or had failed before; InconclusiveError where it must be looked at again. */
export async function recover(host: UpgradeHost): Promise<Recovered> {
  const operation = await host.operation();
  if (!operation) return "nothing";
  if (operation.broken)
    throw new BrokenError(
      `${host.name} is broken: ${operation.broken.why}. hearth retry, restore or accept ${host.name}`,
    );
  host.say(`${host.name}: an operation (${operation.from} → ${operation.to}) was interrupted at ${operation.step}`);
  try {
    await host.claimMaintenance(`${operation.from} → ${operation.to}, interrupted at ${operation.step}`);
    return await resume(host, operation);
  } catch (error) {
    if (error instanceof UpgradeError) return "undone";
    if (error instanceof InconclusiveError && Date.now() - Date.parse(operation.stepStartedAt) > UNDECIDED_LIMIT)
      throw await markBroken(host, operation, error);
    throw error;
  }
}

/** Where `condition` says what `recover` would find: words that stay the same from one look to the next. */
export function interruptedAt(operation: Operation): string {
  return operation.broken ? "broken" : `interrupted at ${operation.step}`;
}

/** Goes on with `operation` from the step it was at. */
export async function resume(host: UpgradeHost, operation: Operation): Promise<Recovered> {
  if (operation.rollingBack) return runRollback(host, operation, operation.step);
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
      return runRollback(host, { ...operation, rollingBack: true, snapshot: undefined }, "redeploy");
    case "deploy":
      // What half a deploy left isn't known, and an interrupted one is no proof against the version: undone, and not rejected.
      return runRollback(host, { ...operation, rollingBack: true, rejectsTarget: false }, "undeploy");
    case "commit":
      // It had passed its gate. Were it down by now, it would be repaired; its data is not to be taken back any more.
      await finish(host, operation, operation.to);
      return "finished";
    default:
      return lookAgain(host, operation);
  }
}

/** It was deployed whole: a whole window of its own decides. */
async function lookAgain(host: UpgradeHost, operation: Operation): Promise<Recovered> {
  try {
    await passGate(host, operation.to, operation.baseline);
  } catch (error) {
    if (error instanceof InconclusiveError) throw await alertInconclusive(host, operation, error);
    return rollBack(host, operation, error, false); // a power cut is no proof against the version
  }
  await finish(host, operation, operation.to);
  return "finished";
}
