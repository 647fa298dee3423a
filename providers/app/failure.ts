// Handles an operation that can't end automatically: raises an alert; marks the app broken or leaves it as it is.
import { abraFatal } from "../lib/abra/index.ts";
import type { InconclusiveError } from "../lib/health/index.ts";
import type { Operation, OperationChanges } from "../lib/state/index.ts";
import { shortReason } from "../lib/reason.ts";
import { bootId } from "../lib/process/index.ts";
import { errorMessage } from "../lib/text.ts";
import { uptime } from "../lib/time/index.ts";
import { BrokenError, UnusableSnapshotError } from "./errors.ts";
import type { UpgradeHost } from "./host.ts";
import { addVerdict, type HostTime } from "./undecided.ts";

/**
 * The operation stays at its step, and keeps maintenance: `recover` checks again. Records the first such verdict, from
 * which the limit counts. Returns `error`.
 */
export async function alertInconclusive(
  host: UpgradeHost,
  operation: Operation,
  error: InconclusiveError,
): Promise<InconclusiveError> {
  await host.alert({
    key: `${operation.id} inconclusive`,
    severity: "warning",
    why: host.mask(error.message),
    attempted: operation.to,
    recovered: false,
    diagnostics: operation.diagnostics,
    todo: "fix what is named; hearth checks again and undoes nothing meanwhile",
  });
  if (operation.undecided !== undefined) return error;
  const undecided = addVerdict(undefined, await hostTime(), false);
  // The next recovery records it if this fails.
  await host.writeStep(operation, operation.step, { undecided }).catch((failure: unknown) => {
    host.log(`${host.name}: the verdict can't be recorded: ${shortReason(host.mask(errorMessage(failure)))}`);
  });
  return error;
}

export async function hostTime(): Promise<HostTime> {
  return { boot: await bootId(), uptime: uptime() };
}

/**
 * Records that the app is broken and raises an alert; deletes nothing. `operation` as it stands in the journal: a retry
 * continues there. `unwritten`: the failure that the journal may lack because its step couldn't be written.
 */
export async function markBroken(
  host: UpgradeHost,
  operation: Operation,
  error: unknown,
  unwritten: OperationChanges = {},
): Promise<BrokenError> {
  const failure = operation.why ?? unwritten.why;
  const cause = host.mask(errorMessage(error));
  const why = operation.why === failure ? cause : `${failure}; then: ${cause}`;
  const fatal = abraFatal(error);
  const rejectsTarget = operation.rejectsTarget ?? unwritten.rejectsTarget;
  // Whatever the operator does next, the version failed here.
  if (rejectsTarget && failure !== undefined) await host.reject(operation.to, failure, operation.diagnostics);
  await host.writeStep(operation, operation.step, { broken: { why, at: new Date().toISOString() } });
  await host.alert({
    key: `${operation.id} broken ${operation.step}`,
    severity: "critical",
    why,
    attempted: operation.to,
    recovered: false,
    fatal: fatal === undefined ? (operation.abraFatal ?? unwritten.abraFatal) : host.mask(fatal),
    diagnostics: operation.diagnostics,
    todo:
      error instanceof UnusableSnapshotError
        ? error.todo
        : `run ${operatorCommands(host.name)}: each prints first what it will do`,
  });
  const next =
    error instanceof UnusableSnapshotError
      ? `hearth changes nothing until you run one of: ${error.todo}`
      : untilThen(host.name);
  return new BrokenError(`${host.name} is broken: ${why}. ${next}`, { cause: error });
}

/** The message for an app that became broken earlier: briefly why, and where the diagnostics are. */
export function brokenMessage(name: string, why: string, diagnostics: string | undefined): string {
  const folder = diagnostics === undefined ? "" : `; diagnostics are in ${diagnostics}`;
  return `${name} is broken: ${shortReason(why)}${folder}. ${untilThen(name)}`;
}

function untilThen(name: string): string {
  return `hearth changes nothing until you run ${operatorCommands(name)}`;
}

function operatorCommands(name: string): string {
  return `hearth retry ${name}, hearth restore ${name} or hearth accept ${name}`;
}
