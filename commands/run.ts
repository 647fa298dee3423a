// `hearth run`: creates the run's stack, runs the command with it, removes the stack whatever happens.
import { currentProcess } from "../providers/lib/process/index.ts";
import type { Lock } from "../providers/lib/lock/index.ts";
import { runName, runOf, stackName, type Run } from "../providers/lib/run/index.ts";
import { duration } from "./common/duration.ts";
import { asError, NOT_YOUR_RECIPE } from "./common/errors.ts";
import { reapDead } from "./reap/dead.ts";
import { runCommand } from "./run/child.ts";
import { commandEnvironment, ownVariables } from "./run/environment.ts";
import { identify } from "./run/identity.ts";
import { showLogs } from "./run/logs.ts";
import type { RunOutputs } from "./run/outputs.ts";
import { keepUntilExpiry, startRenewing } from "./run/renew.ts";
import { ownSettings, requireCheckout, type RunSettingsFlags } from "./run/settings.ts";
import { watchSignals, type Signals } from "./run/signals.ts";
import { init, runStartSlot, teardown, up } from "./run/stack.ts";

export interface RunFlags extends RunSettingsFlags {
  readonly env: readonly string[];
  /** A shell command between deploy and command. */
  readonly before?: string;
  /** A folder for the logs of a failed run's services. */
  readonly logs?: string;
  /** How long a failed run is kept. */
  readonly keep?: string;
}

/** Returns the command's exit code; 125 if hearth couldn't create the run; 128 + n after signal n. */
export async function run(flags: RunFlags, command: readonly string[]): Promise<number> {
  const current = runOf(identify(flags, process.env, "step"));
  // Report a wrong flag before anything is created.
  commandEnvironment(process.env, {}, flags.env);
  await requireCheckout(flags);
  const keep = flags.keep === undefined ? undefined : duration(flags.keep, "--keep");
  const signals = watchSignals(stackName(current));
  const renewal = { stop: () => {} };
  try {
    await reapDead(line => console.error(`hearth: ${line}`));
    const outputs = await createRun(current, flags, signals, renewal);
    if (outputs === undefined) return await end(current, flags, signals, renewal);
    if (signals.interrupted.aborted) return await end(current, flags, signals, renewal);
    const env = commandEnvironment(process.env, ownVariables(current, outputs), flags.env);
    const code = await runWithHook(flags, command, env, signals.interrupted);
    if (code !== 0 && !signals.interrupted.aborted) {
      await showLogs(current, flags.logs, secretsOf(outputs));
      if (keep !== undefined) {
        renewal.stop();
        return await keepRun(current, keep, code);
      }
    }
    await end(current, flags, signals, renewal);
    return signals.exitCode() ?? code;
  } catch (error) {
    if (signals.exitCode() === undefined) console.error(`hearth: not your recipe: ${asError(error).message}`);
    return signals.exitCode() ?? NOT_YOUR_RECIPE;
  } finally {
    renewal.stop();
    signals.done();
  }
}

/** Waits for a slot, then creates the run. undefined: a signal came after the stack was created. */
async function createRun(
  current: Run,
  flags: RunFlags,
  signals: Signals,
  renewal: Renewal,
): Promise<RunOutputs | undefined> {
  const slot = await runStartSlot(signals.interrupted);
  try {
    await init(current, ownSettings(flags));
    if (signals.interrupted.aborted) return undefined;
    renewal.stop = startRenewing(runName(current));
    return await upOrEnd(current, flags, signals, renewal, slot);
  } finally {
    await slot.release();
  }
}

interface Renewal {
  stop: () => void;
}

/** Removes the run. Returns the exit code of a signal, else 0. */
async function end(current: Run, flags: RunFlags, signals: Signals, renewal: Renewal): Promise<number> {
  signals.tearingDown();
  renewal.stop();
  await teardown(current, { ...flags, signal: signals.interrupted });
  return signals.exitCode() ?? 0;
}

async function upOrEnd(
  current: Run,
  flags: RunFlags,
  signals: Signals,
  renewal: Renewal,
  slot: Lock,
): Promise<RunOutputs> {
  const onUsable = () => void slot.release();
  try {
    return await up(current, { holder: await currentProcess() }, { ...flags, signal: signals.interrupted, onUsable });
  } catch (error) {
    await slot.release();
    if (!signals.interrupted.aborted) await showLogs(current, flags.logs, []);
    await end(current, flags, signals, renewal);
    throw error;
  }
}

/** Runs the hook, then the command. A failed hook ends the run with its exit code; the command was not started. */
async function runWithHook(
  { before }: RunFlags,
  command: readonly string[],
  env: Record<string, string>,
  interrupted: AbortSignal,
): Promise<number> {
  const hook = before === undefined ? 0 : await runCommand(["sh", "-c", before], env, interrupted);
  if (hook === 0) return runCommand(command, env, interrupted);
  console.error(`hearth: --before failed with exit code ${hook}: the command was not started`);
  return hook;
}

async function keepRun(current: Run, ms: number, code: number): Promise<number> {
  const name = runName(current);
  await keepUntilExpiry(name, ms);
  const until = new Date(Date.now() + ms).toISOString();
  console.error(`hearth: ${name} is kept until ${until}; hearth run stop --run ${name} removes it earlier`);
  return code;
}

function secretsOf(outputs: RunOutputs): string[] {
  return outputs.keycloak === "none" ? [] : [outputs.clientSecret, outputs.password];
}
