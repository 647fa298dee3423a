// The way back: evidence, take down, restore, deploy the version before, gate. Resumed at the step where it was cut off.
import type { Operation, OperationStep } from "../lib/state/index.ts";
import { BrokenError, UpgradeError } from "./errors.ts";
import { passGate } from "./gate.ts";
import type { UpgradeHost } from "./host.ts";
import { errorMessage } from "../lib/text.ts";
import { abraFatal } from "../lib/abra/index.ts";
import { InconclusiveError } from "../lib/health/index.ts";

/** Before the deploy began: the same version on the same volumes, and nothing rejected. Throws UpgradeError, or BrokenError. */
export async function redeploy(host: UpgradeHost, operation: Operation, failure: unknown): Promise<never> {
  const why = host.mask(errorMessage(failure));
  host.say(`${host.name}: ${why}; going on with ${operation.from}`);
  return runRollback(
    host,
    {
      ...operation,
      rollingBack: true,
      rejectsTarget: false,
      snapshot: undefined,
      why,
      abraFatal: fatal(host, failure),
    },
    "redeploy",
  );
}

/** Once the deploy has begun: version and data as they were. Throws UpgradeError, or BrokenError. */
export async function rollBack(
  host: UpgradeHost,
  operation: Operation,
  failure: unknown,
  rejects = true,
): Promise<never> {
  const why = host.mask(errorMessage(failure));
  host.say(`${host.name}: ${why}; going back to ${operation.from}`);
  return runRollback(
    host,
    {
      ...operation,
      rollingBack: true,
      rejectsTarget: rejects && operation.to !== operation.from,
      why,
      abraFatal: fatal(host, failure),
    },
    "diagnostics",
  );
}

const rollbackSteps = [
  "diagnostics",
  "undeploy",
  "restore",
  "redeploy",
  "verifyRollback",
  "finalize",
] as const satisfies readonly OperationStep[];

function fatal(host: UpgradeHost, error: unknown): string | undefined {
  const said = abraFatal(error);
  return said === undefined ? undefined : host.mask(said);
}

/** What ran before: an operation begins where something runs. */
function before({ from }: Operation): string {
  if (from === undefined) throw new Error("the journal doesn't say what ran before");
  return from;
}

/** Goes on from `first`. A rollback is never rolled back: what fails here makes the app broken. */
export async function runRollback(host: UpgradeHost, operation: Operation, first: OperationStep): Promise<never> {
  let at = operation;
  const from = rollbackSteps.findIndex(step => step === first);
  if (from < 0) throw new Error(`${host.name}: ${first} is no step of the way back`);
  try {
    for (const step of rollbackSteps.slice(from)) {
      at = await host.writeStep(at, step);
      at = { ...at, ...(await doing[step](host, at)) };
    }
  } catch (error) {
    if (error instanceof InconclusiveError) throw await alertInconclusive(host, at, error);
    throw await markBroken(host, at, error);
  }
  await closeOperation(host);
  throw new UpgradeError(
    `${host.name}: ${at.why ?? "the upgrade was interrupted"}; ${at.from} runs again${at.snapshot ? ", with the data it had" : ""}`,
  );
}

type Doing = (host: UpgradeHost, operation: Operation) => Promise<Partial<Operation> | void>;

const doing: Record<(typeof rollbackSteps)[number], Doing> = {
  async diagnostics(host, operation) {
    // A way back that can't be described is still to be gone.
    const evidence = await host
      .captureDiagnostics(operation)
      .catch(error => host.say(`${host.name}: no evidence could be written: ${errorMessage(error)}`));
    return evidence === undefined ? {} : { diagnostics: evidence };
  },
  async undeploy(host, operation) {
    await nobodyElses(host, operation);
    if (host.stateful) await host.stop();
  },
  async restore(host, operation) {
    if (operation.snapshot !== undefined) await host.restore(operation);
  },
  async redeploy(host, operation) {
    await nobodyElses(host, operation);
    await host.restoreEnv(operation);
    await host.deploy(before(operation));
  },
  async verifyRollback(host, operation) {
    await passGate(host, before(operation), operation.baseline);
  },
  async finalize(host, operation) {
    const { to, from, why, rejectsTarget: rejects = false } = operation;
    if (rejects && why !== undefined) await host.reject(to, why);
    if (operation.kind === "restore") {
      await host.commit(before(operation));
      if (to !== from) await host.reject(to, "taken back by a person");
    }
    await host.removeReplacedData(operation);
    if (why === undefined) return;
    await host.alert({
      key: `${operation.id} recovered`,
      severity: "warning",
      why,
      attempted: to,
      recovered: true,
      fatal: operation.abraFatal,
      evidence: operation.diagnostics,
      todo: rejects
        ? `nothing: ${to} is held until a newer version comes, or it is approved`
        : `nothing: ${from} runs as before; the next up tries again`,
    });
  },
};

/** The end of an operation, whichever way it went: the app is given back to runs, and the journal is closed. */
export async function closeOperation(host: UpgradeHost): Promise<void> {
  await host.releaseMaintenance();
  await host.close();
}

/** What somebody deployed meanwhile is neither taken down nor deployed over. */
async function nobodyElses(host: UpgradeHost, { from, to }: Operation): Promise<void> {
  const { deployed, version } = await host.running();
  if (deployed && version !== from && version !== to)
    throw new InconclusiveError(`${host.name}: somebody else deployed ${version ?? "it"} meanwhile`);
}

/** Nothing is known against the app: the operation stays where it is, and maintenance with it; `recover` looks again. */
export async function alertInconclusive(
  host: UpgradeHost,
  operation: Operation,
  error: InconclusiveError,
): Promise<InconclusiveError> {
  await host.alert({
    key: `${operation.id} inconclusive`,
    severity: "warning",
    why: error.message,
    attempted: operation.to,
    recovered: false,
    evidence: operation.diagnostics,
    todo: `look at what is named; hearth looks again by itself and undoes nothing meanwhile`,
  });
  return error;
}

/** Written down and told; nothing is deleted, nothing more is done by itself. */
export async function markBroken(host: UpgradeHost, operation: Operation, error: unknown): Promise<BrokenError> {
  const why = host.mask(errorMessage(error));
  // Whatever a person does next: it failed here.
  if (operation.rejectsTarget && operation.why !== undefined) await host.reject(operation.to, operation.why);
  await host.writeStep(operation, operation.step, { broken: { why, at: new Date().toISOString() } });
  await host.alert({
    key: `${operation.id} broken ${operation.step}`,
    severity: "critical",
    why,
    attempted: operation.to,
    recovered: false,
    fatal: fatal(host, error) ?? operation.abraFatal,
    evidence: operation.diagnostics,
    todo: `hearth retry ${host.name}, hearth restore ${host.name} or hearth accept ${host.name}: each says first what it will do`,
  });
  return new BrokenError(
    `${host.name} is broken: ${why}. Nothing is touched until somebody says: hearth retry, restore or accept ${host.name}`,
    {
      cause: error,
    },
  );
}
