// `hearth run`: make the run's stack, run the command with it, take the stack away whatever happens.
import { runCommand } from "./child.ts";
import { commandEnvironment, ownVariables } from "./environment.ts";
import { asError, NOT_YOUR_RECIPE } from "./errors.ts";
import { identify, type IdentityFlags } from "./identity.ts";
import { watchSignals } from "./signals.ts";
import { init, teardown, up } from "./stack.ts";
import { runOf, stackName } from "../providers/run/names.ts";

/** The exit code: the command's own; 125 where the run didn't get what it needs; 128 + n after a signal. */
export async function run(flags: IdentityFlags & { readonly env: readonly string[]; readonly verbose?: boolean }, command: readonly string[]): Promise<number> {
  const its = runOf(identify(flags, process.env));
  const stack = stackName(its);
  commandEnvironment(process.env, {}, flags.env); // a wrong --env is said before anything is made
  const signals = watchSignals(stack);
  const end = async (): Promise<number> => {
    signals.tearingDown();
    await teardown(its, flags);
    return signals.exitCode() ?? 0;
  };
  try {
    await init(stack);
    if (signals.interrupted.aborted) return await end();
    const outputs = await up(its, { ...flags, signal: signals.interrupted }).catch(async error => {
      await end();
      throw error;
    });
    if (signals.interrupted.aborted) return await end();
    const code = await runCommand(command, commandEnvironment(process.env, ownVariables(its, outputs), flags.env), signals.interrupted);
    await end();
    return signals.exitCode() ?? code;
  } catch (error) {
    if (signals.exitCode() === undefined) console.error(`hearth: not your recipe: ${asError(error).message}`);
    return signals.exitCode() ?? NOT_YOUR_RECIPE;
  } finally {
    signals.done();
  }
}
