// A run's stack brought up and taken down, through Pulumi.
import { asError, NotYourRecipeError } from "../common/errors.ts";
import { openOutputChannel } from "./outputChannel.ts";
import { readOutputs, type RunOutputs } from "./outputs.ts";
import { destroyArgv, initArgv, listArgv, outputArgv, removeArgv, upArgv } from "../pulumi/argv.ts";
import { hasState, removeRemains } from "../pulumi/backend.ts";
import { pulumi, reason } from "../pulumi/cli.ts";
import { OUTPUT_CHANNEL, type Run, runName, stackName } from "../../providers/lib/run/index.ts";
import { describeHolder, leaseOf, swarmStore } from "../../providers/lib/coordination/index.ts";
import { LEASE, encodeTerms, type LeaseTermsMessage } from "../../providers/lease/environment.ts";
import { runConfig } from "../common/config.ts";
import { recordHolder, removeRunDir } from "./directory.ts";
import { summary } from "./summary.ts";
import { hasStackConfig, removeStackConfig, writeStackConfig, type OwnSettings } from "../pulumi/stackConfig.ts";
import { monotonicNow, since } from "../../providers/lib/time/index.ts";

/** Creates the empty stack. Throws NotYourRecipeError, also if it exists: then an active run may own it. */
export async function init(run: Run, own: OwnSettings = {}): Promise<void> {
  const stack = stackName(run);
  // The configuration of a living run holds its salt: never written over.
  if ((await hasState(stack)) ?? ((await hasStackConfig(stack)) && (await exists(stack))))
    throw new NotYourRecipeError(await taken(run));
  const { stateDir } = await runConfig();
  await recordHolder(stateDir, runName(run));
  await writeStackConfig(stack, own);
  const made = await pulumi(initArgv(stack));
  if (made.exitCode === 0) return;
  if (/already exists/.test(made.all)) throw new NotYourRecipeError(await taken(run));
  await removeStackConfig(stack);
  await removeRunDir(stateDir, runName(run));
  throw new NotYourRecipeError(`the stack ${stack} couldn't be made: ${reason(made)}`);
}

/** Whose it is and since when, as far as its lease says. */
async function taken(run: Run): Promise<string> {
  const name = runName(run);
  const there = await leaseOf(swarmStore, name);
  if (!there)
    return `a run with this identity is under way or was left behind: its stack ${stackName(run)} exists (hearth reap removes dead runs)`;
  return `a run with this identity is under way: ${name}, since ${there.record.acquiredAt}, ${describeHolder(there.record)}`;
}

export interface Options {
  /** Show what Pulumi prints, while it prints it. Default: only where it fails. */
  readonly verbose?: boolean;
  /** Stop where you can. */
  readonly signal?: AbortSignal;
}

/** What the run needs, made under a lease with these terms. Throws NotYourRecipeError. */
export async function up(
  run: Run,
  terms: LeaseTermsMessage,
  { verbose = false, signal }: Options,
): Promise<RunOutputs> {
  const stack = stackName(run);
  console.error(`hearth: making ${runName(run)}`);
  const start = monotonicNow();
  const mailbox = await openOutputChannel(line => verbose || console.error(`hearth: ${line}`));
  try {
    const env = { [OUTPUT_CHANNEL]: mailbox.path, [LEASE]: encodeTerms(terms) };
    const done = await pulumi(upArgv(stack), { show: verbose, env, ...(signal ? { signal } : {}) });
    if (done.exitCode !== 0) {
      if (!verbose) console.error(done.all.trimEnd());
      throw new NotYourRecipeError(reason(done));
    }
    const outputs = readOutputs(mailbox.read() ?? (await askPulumi(stack)));
    console.error(`hearth: ${summary(outputs)} (${since(start)})`);
    return outputs;
  } finally {
    await mailbox.close();
  }
}

async function askPulumi(stack: string): Promise<unknown> {
  const outputs = await pulumi(outputArgv(stack));
  if (outputs.exitCode !== 0) throw new NotYourRecipeError(`the outputs of ${stack} can't be read: ${reason(outputs)}`);
  return JSON.parse(outputs.stdout);
}

/** All of the run gone. A failure is a warning on stderr; says whether it went well. */
export async function teardown(run: Run, { verbose = false }: Options): Promise<boolean> {
  const stack = stackName(run);
  const start = monotonicNow();
  try {
    const gone = await pulumi(destroyArgv(stack), { show: verbose });
    if (gone.exitCode !== 0) {
      if (!verbose) console.error(gone.all.trimEnd());
      throw new Error(reason(gone));
    }
    const removed = await pulumi(removeArgv(stack));
    if (removed.exitCode !== 0) throw new Error(reason(removed));
    await removeStackConfig(stack);
    await removeRemains(stack);
    await removeRunDir((await runConfig()).stateDir, runName(run));
    console.error(`hearth: ${runName(run)} is gone (${since(start)})`);
    return true;
  } catch (error) {
    console.error(`hearth: warning: ${stack} isn't gone: ${asError(error).message}`);
    console.error("hearth: hearth reap removes the rest once its lease is over");
    return false;
  }
}

export async function exists(stack: string): Promise<boolean> {
  const onDisk = await hasState(stack);
  if (onDisk !== undefined) return onDisk;
  const listed = await pulumi(listArgv());
  if (listed.exitCode !== 0) throw new NotYourRecipeError(`stacks can't be listed: ${reason(listed)}`);
  return (JSON.parse(listed.stdout) as { name: string }[]).some(({ name }) => name === stack);
}
