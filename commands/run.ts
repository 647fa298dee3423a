// `hearth run`: make the run's stack, run the command with it, take the stack away whatever happens.
import { resolve } from "node:path";
import { currentProcess } from "../providers/lib/process/index.ts";
import { type Run, runName, runOf, stackName } from "../providers/lib/run/index.ts";
import { runCommand } from "./run/child.ts";
import { duration } from "./common/duration.ts";
import { commandEnvironment, ownVariables } from "./run/environment.ts";
import { asError, NOT_YOUR_RECIPE } from "./common/errors.ts";
import { identify, type IdentityFlags } from "./run/identity.ts";
import type { RunOutputs } from "./run/outputs.ts";
import { reapDead } from "./reap.ts";
import { startRenewing, standFor } from "./run/renew.ts";
import { showLogs } from "./run/logs.ts";
import { watchSignals } from "./run/signals.ts";
import { init, teardown, up } from "./run/stack.ts";

/** What `run` and `run start` both take. */
export interface MakingFlags extends IdentityFlags {
  /** A working tree of the recipe, deployed instead of a release. */
  readonly checkout?: string;
  readonly keycloak?: string;
  readonly verbose?: boolean;
}

export interface RunFlags extends MakingFlags {
  readonly env: readonly string[];
  /** A shell command between deploy and command. */
  readonly before?: string;
  /** A folder for the logs of the run's services, should it fail. */
  readonly logs?: string;
  /** How long a run that failed stands. */
  readonly keep?: string;
}

/** The exit code: the command's own; 125 where the run didn't get what it needs; 128 + n after a signal. */
export async function run(flags: RunFlags, command: readonly string[]): Promise<number> {
  const its = runOf(identify(flags, process.env));
  // What is wrong with a flag is said before anything is made.
  commandEnvironment(process.env, {}, flags.env);
  const keep = flags.keep === undefined ? undefined : duration(flags.keep, "--keep");
  const signals = watchSignals(stackName(its));
  let renewed = () => {};
  const end = async (): Promise<number> => {
    signals.tearingDown();
    renewed();
    await teardown(its, flags);
    return signals.exitCode() ?? 0;
  };
  try {
    await reapDead(line => console.error(`hearth: ${line}`));
    await init(its, ownSettings(flags));
    if (signals.interrupted.aborted) return await end();
    renewed = startRenewing(runName(its));
    const outputs = await up(its, { holder: await currentProcess() }, { ...flags, signal: signals.interrupted }).catch(
      async error => {
        if (!signals.interrupted.aborted) await showLogs(its, flags.logs, []);
        await end();
        throw error;
      },
    );
    if (signals.interrupted.aborted) return await end();
    const code = await withHook(
      flags,
      command,
      commandEnvironment(process.env, ownVariables(its, outputs), flags.env),
      signals.interrupted,
    );
    if (code !== 0 && !signals.interrupted.aborted) {
      await showLogs(its, flags.logs, secretsOf(outputs));
      if (keep !== undefined) {
        renewed();
        return await leave(its, keep, code);
      }
    }
    await end();
    return signals.exitCode() ?? code;
  } catch (error) {
    if (signals.exitCode() === undefined) console.error(`hearth: not your recipe: ${asError(error).message}`);
    return signals.exitCode() ?? NOT_YOUR_RECIPE;
  } finally {
    renewed();
    signals.done();
  }
}

export function ownSettings({ checkout, keycloak }: MakingFlags): { checkout?: string; keycloak?: string } {
  return {
    ...(checkout === undefined ? {} : { checkout: resolve(checkout) }),
    ...(keycloak === undefined ? {} : { keycloak }),
  };
}

/** The hook, then the command; a hook that fails ends the run with its own exit code, and the command isn't run. */
async function withHook(
  { before }: RunFlags,
  command: readonly string[],
  env: Record<string, string>,
  interrupted: AbortSignal,
): Promise<number> {
  const hook = before === undefined ? 0 : await runCommand(["sh", "-c", before], env, interrupted);
  if (hook !== 0) {
    console.error(`hearth: --before ended with ${hook}: the command isn't run`);
    return hook;
  }
  return runCommand(command, env, interrupted);
}

async function leave(its: Run, ms: number, code: number): Promise<number> {
  const name = runName(its);
  await standFor(name, ms);
  console.error(
    `hearth: ${name} stands until ${new Date(Date.now() + ms).toISOString()}; hearth run stop --run ${name} takes it away before`,
  );
  return code;
}

function secretsOf(outputs: RunOutputs): string[] {
  return outputs.keycloak === "none" ? [] : [outputs.clientSecret, outputs.password];
}
