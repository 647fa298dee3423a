// `hearth run start`: the run's realm for a CI with separate steps; `stop` takes it away.
import { rename, writeFile } from "node:fs/promises";
import { ownVariables } from "./environment.ts";
import { asError, NOT_YOUR_RECIPE } from "./errors.ts";
import { lastingRun } from "./lasting.ts";
import type { IdentityFlags } from "./identity.ts";
import { watchSignals } from "./signals.ts";
import { init, teardown, up } from "./stack.ts";
import { stackName } from "../providers/run/names.ts";

export async function start(flags: IdentityFlags & { readonly output?: string; readonly json: boolean; readonly verbose?: boolean }): Promise<number> {
  const run = lastingRun(flags);
  const stack = stackName(run);
  const signals = watchSignals(stack);
  try {
    await init(stack);
    try {
      const outputs = await up(run, { ...flags, signal: signals.interrupted });
      signals.interrupted.throwIfAborted();
      const own = ownVariables(run, outputs);
      const text = flags.json ? `${JSON.stringify(own, null, 2)}\n` : envFile(own);
      if (flags.output === undefined) process.stdout.write(text);
      else await writePrivate(flags.output, text);
    } catch (error) {
      signals.tearingDown();
      await teardown(run, flags);
      throw error;
    }
    return 0;
  } catch (error) {
    if (signals.exitCode() === undefined) console.error(`hearth: not your recipe: ${asError(error).message}`);
    return signals.exitCode() ?? NOT_YOUR_RECIPE;
  } finally {
    signals.done();
  }
}

/** `NAME=value` lines; every value is a URL, a name or base64url, so none needs quotes. */
function envFile(own: Record<string, string>): string {
  return Object.entries(own)
    .map(([name, value]) => `${name}=${value}\n`)
    .join("");
}

/** Beside, for its owner alone, then renamed: an older file with wider rights, or a link, is replaced and not written through. */
async function writePrivate(path: string, text: string): Promise<void> {
  const work = `${path}.${process.pid}`;
  await writeFile(work, text, { mode: 0o600, flag: "wx" });
  await rename(work, path);
}
