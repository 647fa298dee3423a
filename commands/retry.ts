// `hearth retry`: continues a failed rollback where it stopped.
import { retry as retryOperation } from "../providers/app/manualRecovery.ts";
import { log, onApp, type OperatorFlags } from "./common/operator.ts";

export function retry(name: string, { dryRun }: OperatorFlags): Promise<number> {
  return onApp(name, async host => {
    const operation = await host.operation();
    if (!operation) return log(`${host.name}: no operation is open: nothing to retry`);
    const { rollingBack, from, to, step, broken } = operation;
    const what = rollingBack ? `the rollback to ${from}` : `the upgrade to ${to}`;
    log(`${host.name}: continues ${what} at ${step}${broken ? `, where it failed: ${broken.why}` : ""}`);
    if (!dryRun) log(`${host.name}: ${await retryOperation(host)}`);
  });
}
