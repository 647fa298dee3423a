// The upgrade: preflight, drain, prepare, stop, snapshot, deploy, gate, commit; or a rollback.
import { InconclusiveError } from "../lib/health/index.ts";
import { ProgramError } from "../lib/process/index.ts";
import type { Operation } from "../lib/state/index.ts";
import { shortReason } from "../lib/reason.ts";
import { errorMessage } from "../lib/text.ts";
import { cleanUp } from "./cleanUp.ts";
import { PreflightError, ReleaseFault, UpgradeError } from "./errors.ts";
import { alertInconclusive } from "./failure.ts";
import { passGate } from "./gate.ts";
import type { UpgradeHost } from "./host.ts";
import { closeOperation, redeploy, refuseLostVolumes, rollBack, type RolledBack } from "./rollback.ts";

export interface Plan {
  /** The version that runs, healthy, and is last good. */
  readonly from: string;
  /** The version to deploy; equal to `from` if only the .env changes. */
  readonly to: string;
}

/**
 * Brings the app to `to`: healthy for a whole window, and committed as last good. Otherwise the app is back at `from`
 * with its data, and UpgradeError or PreflightError says why; InconclusiveError: checked again later; BrokenError: the
 * rollback failed.
 */
export async function upgrade(host: UpgradeHost, plan: Plan): Promise<void> {
  const what = plan.from === plan.to ? `${plan.to} with a changed .env` : `${plan.from} → ${plan.to}`;
  host.log(`${host.name}: ${what}`);
  const rolledBack = await run(host, plan, what);
  if (rolledBack) throw new UpgradeError(rollbackMessage(host.name, rolledBack));
}

function rollbackMessage(name: string, { version, reason, withData }: RolledBack): string {
  const why = reason ?? "the upgrade was interrupted";
  return `${name}: ${why}; ${version} runs again${withData ? ", with the data it had" : ""}`;
}

/** undefined: the upgrade succeeded. */
async function run(host: UpgradeHost, plan: Plan, what: string): Promise<RolledBack | undefined> {
  let operation = await host.begin(plan);
  try {
    operation = await host.writeStep(operation, "preflight");
    await host.preflight(operation);
    operation = await host.writeStep(operation, "drain");
    await host.drain(what);
  } catch (error) {
    await closeOperation(host);
    throw await refuse(host, operation, error);
  }
  try {
    operation = await host.writeStep(operation, "prepare");
    await host.prepare(operation);
    await host.guard();
    if (host.stateful) {
      operation = await host.writeStep(operation, "stop");
      await host.stop();
      operation = await host.writeStep(operation, "snapshot", { snapshot: operation.id });
      await host.snapshot(operation);
      await refuseForeignDeploy(host);
      await refuseLostVolumes(host, operation);
    }
    operation = { ...operation, rollbacks: await host.rollbacks() };
  } catch (error) {
    if (error instanceof InconclusiveError) throw await alertInconclusive(host, operation, error);
    return redeploy(host, operation, error);
  }
  try {
    operation = await host.writeStep(operation, "deploy");
    await host.deploy(plan.to);
    operation = await host.writeStep(operation, "gate");
    await passGate(host, plan.to, operation.baseline, operation.rollbacks);
  } catch (error) {
    if (error instanceof InconclusiveError) throw await alertInconclusive(host, operation, error);
    return rollBack(host, operation, error, !isTimeout(error));
  }
  await commitUpgrade(host, operation, plan.to);
  return undefined;
}

/** abra waits for a registry that doesn't answer: that proves nothing against the release. */
function isTimeout(error: unknown): boolean {
  return error instanceof ProgramError && error.kind === "timed out";
}

/** The steps after the gate. */
export async function commitUpgrade(host: UpgradeHost, operation: Operation, version: string): Promise<void> {
  await host.writeStep(operation, "commit");
  await host.commit(version);
  await cleanUp(host);
  await closeOperation(host);
}

/** After the stop, only another person's deploy can run. */
async function refuseForeignDeploy(host: UpgradeHost): Promise<void> {
  const { deployed, version } = await host.running();
  if (deployed)
    throw new InconclusiveError(
      `${host.name}: another person deployed ${version ?? "an unknown version"} during the upgrade`,
    );
}

/** Nothing has changed. A fault of the release rejects it; anything else is retried by the next up. */
async function refuse(host: UpgradeHost, operation: Operation, error: unknown): Promise<PreflightError> {
  const { from, to } = operation;
  const why = host.mask(errorMessage(error));
  const rejects = error instanceof ReleaseFault && to !== from;
  const diagnostics = rejects ? await captureRefusal(host, { ...operation, why }) : undefined;
  if (rejects) await host.reject(to, why, diagnostics);
  await host.alert({
    key: `preflight ${to} ${rejects ? "rejected" : why}`,
    severity: "warning",
    why,
    attempted: to,
    recovered: true,
    diagnostics,
    todo: rejects ? "nothing: it is held until a newer version is released" : "fix what is named; the next up retries",
  });
  return new PreflightError(`${host.name}: ${to} isn't deployed, and nothing has changed: ${why}`, { cause: error });
}

/** Once per release: it is held afterwards. Any other refusal repeats each night, and its error has the whole text. */
async function captureRefusal(host: UpgradeHost, operation: Operation): Promise<string | undefined> {
  try {
    return await host.captureDiagnostics(operation);
  } catch (error) {
    host.log(`${host.name}: diagnostics can't be written: ${shortReason(host.mask(errorMessage(error)))}`);
    return undefined;
  }
}
