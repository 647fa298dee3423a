// `hearth retry`: continues a failed rollback where it stopped.
import { checkRetry, retry as retryOperation } from "../providers/app/manualRecovery.ts";
import { log, onApp, type OperatorFlags } from "./common/operator.ts";

export interface RetryFlags extends OperatorFlags {
  /** Starts the version before on today's data. */
  readonly keepData: boolean;
}

export function retry(name: string, { dryRun, keepData }: RetryFlags): Promise<number> {
  return onApp(name, async host => {
    const operation = await host.operation();
    if (!operation) return log(`${host.name}: no operation is open: nothing to retry`);
    const { rollingBack, from, to, step, broken } = operation;
    if (dryRun) await checkRetry(host, operation, { keepData });
    const what = rollingBack ? `the rollback to ${from}` : `the upgrade to ${to}`;
    log(`${host.name}: continues ${what} at ${step}${broken ? `, where it failed: ${broken.why}` : ""}`);
    if (keepData) log(`${host.name}: today's data stays, without a snapshot: ${from} may not be able to read it`);
    if (!dryRun) log(`${host.name}: ${await retryOperation(host, { keepData })}`);
  });
}
