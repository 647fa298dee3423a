// `hearth run`: creates the run's stack, runs the command with it, removes the stack whatever happens.
import { currentHolder } from "../providers/lib/coordination/index.ts";
import { runName, runOf, stackName, type Run } from "../providers/lib/run/index.ts";
import { duration } from "./common/duration.ts";
import { displayed, NOT_YOUR_RECIPE } from "./common/errors.ts";
import { reapDead } from "./reap/dead.ts";
import { runCommand } from "./run/child.ts";
import { commandEnvironment, ownVariables } from "./run/environment.ts";
import { identify } from "./run/identity.ts";
import { showLogs } from "./run/logs.ts";
import type { RunOutputs } from "./run/outputs.ts";
import { keepUntilExpiry, type Renewal, startRenewing } from "./run/renew.ts";
import { ownSettings, requireCheckout, type RunSettingsFlags } from "./run/settings.ts";
import { watchSignals, type Signals } from "./run/signals.ts";
import { exists, init, runStartSlot, teardown, up } from "./run/stack.ts";

export interface RunFlags extends RunSettingsFlags {
  readonly env: readonly string[];
  /** A shell command between deploy and command. */
  readonly before?: string;
  /** A folder for the logs of a failed run's services. */
  readonly logs?: string;
  /** How long a failed run is kept. */
  readonly keep?: string;
}

/** A run, and what this process has made of it. */
interface Own {
  readonly current: Run;
  readonly flags: RunFlags;
  readonly signals: Signals;
  renewal?: Renewal;
  /** Whether its stack exists, which `end` removes. */
  isMade: boolean;
}

/** Returns the command's exit code; 125 if hearth couldn't create the run; 128 + n after signal n. */
export async function run(flags: RunFlags, command: readonly string[]): Promise<number> {
  const current = runOf(identify(flags, process.env, "step"));
  // Report a wrong flag before anything is created.
  commandEnvironment(process.env, {}, flags.env);
  await requireCheckout(flags);
  const keep = flags.keep === undefined ? undefined : duration(flags.keep, "--keep");
  const signals = watchSignals(stackName(current));
  const own: Own = { current, flags, signals, isMade: false };
  try {
    const code = await createAndRun(own, command, keep);
    await end(own);
    return signals.exitCode() ?? code;
  } catch (error) {
    await end(own);
    if (signals.exitCode() === undefined) console.error(`hearth: not your recipe: ${displayed(error)}`);
    return signals.exitCode() ?? NOT_YOUR_RECIPE;
  } finally {
    own.renewal?.stop();
    signals.done();
  }
}

/** Returns the command's exit code, whatever it is after a signal. */
async function createAndRun(own: Own, command: readonly string[], keep: number | undefined): Promise<number> {
  const { current, flags, signals } = own;
  await reapDead(line => console.error(`hearth: ${line}`));
  const outputs = await createRun(own);
  if (outputs === undefined || signals.interrupted.aborted) return 0;
  const env = commandEnvironment(process.env, ownVariables(current, outputs), flags.env);
  const code = await runWithHook(flags, command, env, signals.interrupted);
  if (code === 0 || signals.interrupted.aborted) return code;
  await showLogs(current, flags.logs, secretsOf(outputs));
  if (keep !== undefined) await keepRun(own, keep);
  return code;
}

/** Waits for a slot, then creates the run. undefined: a signal came after the stack was created. */
async function createRun(own: Own): Promise<RunOutputs | undefined> {
  const { current, flags, signals } = own;
  const { interrupted } = signals;
  const slot = await runStartSlot(interrupted);
  try {
    await init(current, ownSettings(flags));
    own.isMade = true;
    if (interrupted.aborted) return undefined;
    const holder = await currentHolder();
    own.renewal = startRenewing(runName(current), {
      holder,
      onLost: signals.abandon,
      isRemoved: async () => !(await exists(stackName(current))),
    });
    const outputs = await up(
      current,
      { holder },
      { ...flags, signal: interrupted, onUsable: () => void slot.release() },
    );
    own.renewal.acquired();
    return outputs;
  } catch (error) {
    await slot.release();
    if (own.isMade && !interrupted.aborted) await showLogs(current, flags.logs, []);
    throw error;
  } finally {
    await slot.release();
  }
}

/** Removes the run, unless nothing was made, or it is kept. */
async function end(own: Own): Promise<void> {
  own.renewal?.stop();
  if (!own.isMade) return;
  own.isMade = false;
  own.signals.tearingDown();
  await teardown(own.current, { ...own.flags, signal: own.signals.interrupted });
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

/** Keeps the run for `ms`; one that can't be kept is removed. */
async function keepRun(own: Own, ms: number): Promise<void> {
  const name = runName(own.current);
  own.renewal?.stop();
  try {
    await keepUntilExpiry(name, ms);
  } catch (error) {
    return console.error(`hearth: warning: ${name} isn't kept: ${displayed(error)}`);
  }
  own.isMade = false;
  const until = new Date(Date.now() + ms).toISOString();
  console.error(`hearth: ${name} is kept until ${until}; hearth run stop --run ${name} removes it earlier`);
}

function secretsOf(outputs: RunOutputs): string[] {
  return outputs.keycloak === "none" ? [] : [outputs.clientSecret, outputs.password];
}
