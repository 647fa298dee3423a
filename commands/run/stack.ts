// Creates and removes a run's stack, through Pulumi.
import { displayed, NotYourRecipeError } from "../common/errors.ts";
import { openOutputChannel } from "./outputChannel.ts";
import { readOutputs, type RunOutputs } from "./outputs.ts";
import { destroyArgv, initArgv, listArgv, outputArgv, removeArgv, upArgv } from "../pulumi/argv.ts";
import { hasState, removeRemains } from "../pulumi/backend.ts";
import { pulumi, type PulumiDone, reason } from "../pulumi/cli.ts";
import { OUTPUT_CHANNEL, type Run, runName, stackName } from "../../providers/lib/run/index.ts";
import {
  describeHolder,
  encodeTerms,
  LEASE,
  leaseOf,
  type LeaseTermsMessage,
  swarmStore,
} from "../../providers/lib/coordination/index.ts";
import type { Lock } from "../../providers/lib/lock/index.ts";
import { runConfig } from "../common/config.ts";
import { recordHolder, removeRunDir } from "./directory.ts";
import { endSlot, startSlot } from "./slots.ts";
import { summary } from "./summary.ts";
import { hasStackConfig, removeStackConfig, writeStackConfig, type OwnSettings } from "../pulumi/stackConfig.ts";
import { monotonicNow, since } from "../../providers/lib/time/index.ts";

/** Waits until the run may start. Throws the reason of `signal` once that aborts. */
export async function runStartSlot(signal: AbortSignal): Promise<Lock> {
  const { stateDir, startLimit } = await runConfig();
  return startSlot({ stateDir, limit: startLimit, signal, log: line => console.error(`hearth: ${line}`) });
}

/** Creates the empty stack. Throws NotYourRecipeError, also if it exists: then an active run may own it. */
export async function init(run: Run, own: OwnSettings = {}): Promise<void> {
  const stack = stackName(run);
  // Never overwrite the configuration of an active run: it holds the salt of its secrets.
  if ((await hasState(stack)) ?? ((await hasStackConfig(stack)) && (await exists(stack))))
    throw new NotYourRecipeError(await existsMessage(run));
  const { stateDir } = await runConfig();
  const undo = async () => {
    await removeStackConfig(stack);
    await removeRunDir(stateDir, runName(run));
  };
  const made = await initStack(run, stateDir, own).catch(async error => {
    await undo();
    throw error;
  });
  if (made.exitCode === 0) return;
  if (/already exists/.test(made.all)) throw new NotYourRecipeError(await existsMessage(run));
  await undo();
  throw new NotYourRecipeError(`cannot create the stack ${stack}: ${reason(made)}`);
}

async function initStack(run: Run, stateDir: string, own: OwnSettings): Promise<PulumiDone> {
  const stack = stackName(run);
  await recordHolder(stateDir, runName(run));
  await writeStackConfig(stack, own);
  return pulumi(initArgv(stack));
}

/** Names the run's holder and start, if its lease exists. */
async function existsMessage(run: Run): Promise<string> {
  const name = runName(run);
  const lease = await leaseOf(swarmStore, name);
  const stack = stackName(run);
  if (!lease)
    return `a run with this identity is active or was left behind: ${stack} exists (hearth reap removes dead runs)`;
  const { record } = lease;
  const holder = `since ${record.acquiredAt}, ${describeHolder(record)}`;
  return `a run with this identity is active: ${name}, ${holder}${PARALLEL}`;
}

/** Of parallel parts of a job that the CI gives the same variables. */
const PARALLEL = "; if it is a parallel leg or step of this job, give each its own --job";

export interface Options {
  /** Shows Pulumi's output while it runs. Default: only if it fails. */
  readonly verbose?: boolean;
  /** On abort Pulumi finishes the current operation and stops. */
  readonly signal?: AbortSignal;
  /** Called once the run has its lease and its realm; its app may still be starting. */
  readonly onUsable?: () => void;
}

/** Creates what the run needs, under a lease with these terms. Throws NotYourRecipeError. */
export async function up(
  run: Run,
  terms: LeaseTermsMessage,
  { verbose = false, signal, onUsable }: Options,
): Promise<RunOutputs> {
  const stack = stackName(run);
  console.error(`hearth: creating ${runName(run)}`);
  const start = monotonicNow();
  const channel = await openOutputChannel(line => verbose || console.error(`hearth: ${line}`), onUsable, signal);
  try {
    const env = { [OUTPUT_CHANNEL]: channel.path, [LEASE]: encodeTerms(terms) };
    const done = await pulumi(upArgv(stack), { show: verbose, env, ...(signal ? { signal } : {}) });
    if (done.exitCode !== 0) {
      if (!verbose) console.error(done.all.trimEnd());
      throw new NotYourRecipeError(reason(done));
    }
    const outputs = readOutputs(channel.read() ?? (await askPulumi(stack)));
    console.error(`hearth: ${summary(outputs)} (${since(start)})`);
    return outputs;
  } finally {
    await channel.close();
  }
}

async function askPulumi(stack: string): Promise<unknown> {
  const outputs = await pulumi(outputArgv(stack));
  if (outputs.exitCode !== 0) throw new NotYourRecipeError(`cannot read the outputs of ${stack}: ${reason(outputs)}`);
  return JSON.parse(outputs.stdout);
}

/**
 * Removes the run, in one of the slots for runs that start or end; once `signal` has aborted it doesn't wait for one,
 * as a CI kills its processes soon after a signal. Logs a failure as a warning; returns whether it succeeded.
 */
export async function teardown(run: Run, options: Options): Promise<boolean> {
  const slot = await endSlotOf(options.signal);
  try {
    return await destroy(run, options);
  } finally {
    await slot?.release();
  }
}

/** undefined: a signal came, or there are no slots on this host. */
async function endSlotOf(signal: AbortSignal = new AbortController().signal): Promise<Lock | undefined> {
  try {
    const { stateDir, startLimit } = await runConfig();
    return await endSlot({ stateDir, limit: startLimit, signal, log: line => console.error(`hearth: ${line}`) });
  } catch (error) {
    if (!signal.aborted) console.error(`hearth: warning: ${displayed(error)}`);
    return undefined;
  }
}

async function destroy(run: Run, { verbose = false }: Options): Promise<boolean> {
  const stack = stackName(run);
  const start = monotonicNow();
  try {
    const destroyed = await pulumi(destroyArgv(stack), { show: verbose });
    if (destroyed.exitCode !== 0) {
      if (!verbose) console.error(destroyed.all.trimEnd());
      throw new Error(reason(destroyed));
    }
    const removed = await pulumi(removeArgv(stack));
    if (removed.exitCode !== 0) throw new Error(reason(removed));
    await removeStackConfig(stack);
    await removeRemains(stack);
    await removeRunDir((await runConfig()).stateDir, runName(run));
    console.error(`hearth: ${runName(run)} removed (${since(start)})`);
    return true;
  } catch (error) {
    console.error(`hearth: warning: ${stack} not removed: ${displayed(error)}`);
    console.error("hearth: hearth reap removes the rest once its lease has expired");
    return false;
  }
}

export async function exists(stack: string): Promise<boolean> {
  const onDisk = await hasState(stack);
  if (onDisk !== undefined) return onDisk;
  const listed = await pulumi(listArgv());
  if (listed.exitCode !== 0) throw new NotYourRecipeError(`cannot list the stacks: ${reason(listed)}`);
  return (JSON.parse(listed.stdout) as { name: string }[]).some(({ name }) => name === stack);
}
