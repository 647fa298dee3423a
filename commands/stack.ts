// A run's stack brought up and taken down, through Pulumi.
import { rmdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { join } from "node:path";
import { asError, NotYourRecipeError } from "./errors.ts";
import { openMailbox } from "./mailbox.ts";
import { readOutputs, type RunOutputs } from "./outputs.ts";
import { destroyArgv, initArgv, listArgv, outputArgv, removeArgv, upArgv } from "./pulumi/argv.ts";
import { pulumi, reason } from "./pulumi/cli.ts";
import { runName, stackName, type Run } from "../providers/run/names.ts";
import { MAILBOX } from "../providers/run/mailbox.ts";
import { hasStackConfig, removeStackConfig, writeStackConfig } from "./stackConfig.ts";

/** Makes the stack, empty. Throws NotYourRecipeError, also where it is there already: then it is somebody's who lives. */
export async function init(stack: string): Promise<void> {
  // The configuration of a living run holds its salt: never written over.
  if ((await hasStackConfig(stack)) && (await exists(stack))) throw new NotYourRecipeError(taken(stack));
  await writeStackConfig(stack);
  const made = await pulumi(initArgv(stack));
  if (made.exitCode === 0) return;
  if (/already exists/.test(made.all)) throw new NotYourRecipeError(taken(stack));
  await removeStackConfig(stack);
  throw new NotYourRecipeError(`the stack ${stack} couldn't be made: ${reason(made)}`);
}

const taken = (stack: string): string => `a run with this identity is under way or was left behind: its stack ${stack} exists`;

export interface Options {
  /** Show what Pulumi prints, while it prints it. Default: only where it fails. */
  readonly verbose?: boolean;
  /** Stop where you can. */
  readonly signal?: AbortSignal;
}

/** What the run needs, made. Throws NotYourRecipeError. */
export async function up(run: Run, { verbose = false, signal }: Options): Promise<RunOutputs> {
  const stack = stackName(run);
  console.error(`hearth: making the realm ${runName(run)}`);
  const start = Date.now();
  const mailbox = await openMailbox();
  try {
    const done = await pulumi(upArgv(stack), { show: verbose, env: { [MAILBOX]: mailbox.path }, ...(signal ? { signal } : {}) });
    if (done.exitCode !== 0) {
      if (!verbose) console.error(done.all.trimEnd());
      throw new NotYourRecipeError(reason(done));
    }
    const outputs = readOutputs(mailbox.read() ?? (await askPulumi(stack)));
    console.error(`hearth: ${outputs.summary} (${since(start)} s)`);
    return outputs;
  } finally {
    await mailbox.close();
  }
}

async function askPulumi(stack: string): Promise<string> {
  const outputs = await pulumi(outputArgv(stack));
  if (outputs.exitCode !== 0) throw new NotYourRecipeError(`the outputs of ${stack} can't be read: ${reason(outputs)}`);
  return outputs.stdout;
}

/** All of the run gone. A failure is a warning on stderr; says whether it went well. */
export async function teardown(run: Run, { verbose = false }: Options): Promise<boolean> {
  const stack = stackName(run);
  const start = Date.now();
  try {
    const gone = await pulumi(destroyArgv(stack), { show: verbose });
    if (gone.exitCode !== 0) {
      if (!verbose) console.error(gone.all.trimEnd());
      throw new Error(reason(gone));
    }
    const removed = await pulumi(removeArgv(stack));
    if (removed.exitCode !== 0) throw new Error(reason(removed));
    await removeStackConfig(stack);
    await removeEmptyFolders(stack);
    console.error(`hearth: ${runName(run)} is gone (${since(start)} s)`);
    return true;
  } catch (error) {
    console.error(`hearth: warning: ${stack} isn't gone: ${asError(error).message}`);
    console.error(`hearth: it stays until somebody runs, in hearth's folder: pulumi destroy -y -f -s ${stack} && pulumi stack rm -y ${stack}`);
    return false;
  }
}

export async function exists(stack: string): Promise<boolean> {
  const listed = await pulumi(listArgv());
  if (listed.exitCode !== 0) throw new NotYourRecipeError(`stacks can't be listed: ${reason(listed)}`);
  return (JSON.parse(listed.stdout) as { name: string }[]).some(({ name }) => name === stack);
}

/** `stack rm` leaves up to four empty folders a run in a file backend. */
async function removeEmptyFolders(stack: string): Promise<void> {
  const backend = process.env["PULUMI_BACKEND_URL"] ?? "";
  if (!backend.startsWith("file://")) return;
  const root = join(fileURLToPath(backend), ".pulumi");
  const folders = ["stacks/hearth", "history/hearth", "backups/hearth", "locks/organization/hearth"];
  for (const folder of folders) await rmdir(join(root, folder, stack)).catch(() => undefined); // absent, or not empty
}

function since(start: number): string {
  return ((Date.now() - start) / 1000).toFixed(1);
}
