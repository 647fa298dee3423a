// The upgrade: take down, snapshot, deploy, gate; commit, or go back.
import type { Operation } from "../lib/state/index.ts";
import { closeOperation, redeploy, rollBack, alertInconclusive } from "./rollback.ts";
import { PreflightError, ReleaseFault } from "./errors.ts";
import { passGate } from "./gate.ts";
import type { UpgradeHost } from "./host.ts";
import { errorMessage } from "../lib/text.ts";
import { InconclusiveError } from "../lib/health/index.ts";

export interface Plan {
  /** The version that runs, well, and is last good. */
  readonly from: string;
  /** The version wanted; the same as `from` where only the .env changes. */
  readonly to: string;
}

/**
 * The app at `to`, healthy for a whole window, and that committed as last good. Where that can't be, the app is back at `from`
 * with the data it had, and UpgradeError, PreflightError or InconclusiveError says why; BrokenError where even the way back failed.
 */
export async function upgrade(host: UpgradeHost, plan: Plan): Promise<void> {
  const what = plan.from === plan.to ? `${plan.to} with another .env` : `${plan.from} → ${plan.to}`;
  host.say(`${host.name}: ${what}`);
  let operation = await host.begin(plan);
  try {
    operation = await host.writeStep(operation, "preflight");
    await host.preflight(operation);
    operation = await host.writeStep(operation, "drain");
    await host.drain(what);
  } catch (error) {
    await closeOperation(host);
    throw await refused(host, plan, error);
  }
  try {
    operation = await host.writeStep(operation, "prepare");
    await host.prepare(operation);
    if (host.stateful) {
      operation = await host.writeStep(operation, "stop");
      await host.stop();
      operation = await host.writeStep(operation, "snapshot", { snapshot: operation.id });
      await host.snapshot(operation);
      await nobodyElseDeployed(host);
    }
  } catch (error) {
    if (error instanceof InconclusiveError) throw await alertInconclusive(host, operation, error);
    return redeploy(host, operation, error); // the same version on the same volumes
  }
  try {
    operation = await host.writeStep(operation, "deploy");
    await host.deploy(plan.to);
    operation = await host.writeStep(operation, "gate");
    await passGate(host, plan.to, operation.baseline);
  } catch (error) {
    if (error instanceof InconclusiveError) throw await alertInconclusive(host, operation, error);
    return rollBack(host, operation, error);
  }
  await finish(host, operation, plan.to);
}

/** What is left once the gate is passed. */
export async function finish(host: UpgradeHost, operation: Operation, version: string): Promise<void> {
  const last = await host.writeStep(operation, "commit");
  await host.commit(version);
  await host.removeReplacedData(last);
  await closeOperation(host);
}

async function nobodyElseDeployed(host: UpgradeHost): Promise<void> {
  const { deployed, version } = await host.running();
  if (deployed)
    throw new InconclusiveError(`${host.name}: somebody else deployed ${version ?? "it"} in the middle of the upgrade`);
}

/** Nothing was touched. What the release itself is to blame for isn't tried again; all else is tried the next time. */
async function refused(host: UpgradeHost, { from, to }: Plan, error: unknown): Promise<Error> {
  const why = host.mask(errorMessage(error));
  const guilty = error instanceof ReleaseFault && to !== from;
  if (guilty) await host.reject(to, why);
  await host.alert({
    key: `preflight ${to} ${guilty ? "rejected" : why}`,
    severity: "warning",
    why,
    attempted: to,
    recovered: true,
    todo: guilty ? "nothing: it is held until a newer version comes" : "mend what is named; the next up tries again",
  });
  return new PreflightError(`${host.name}: ${to} isn't deployed, and nothing was touched: ${why}`, { cause: error });
}
