// `hearth run start`: creates a run for a CI with separate steps; `hearth run stop` removes it.
import { rename, writeFile } from "node:fs/promises";
import { DEFAULT_TTL } from "../providers/lib/coordination/index.ts";
import { duration } from "./common/duration.ts";
import { ownVariables } from "./run/environment.ts";
import { displayed, NOT_YOUR_RECIPE } from "./common/errors.ts";
import { runOfSteps } from "./run/steps.ts";
import { reapDead } from "./reap/dead.ts";
import { ownSettings, requireCheckout, type RunSettingsFlags } from "./run/settings.ts";
import { type Signals, watchSignals } from "./run/signals.ts";
import { init, runStartSlot, teardown, up } from "./run/stack.ts";
import { type Run, stackName } from "../providers/lib/run/index.ts";

export interface StartFlags extends RunSettingsFlags {
  readonly output?: string;
  readonly json: boolean;
  /** How long the run may last. */
  readonly ttl?: string;
}

export async function start(flags: StartFlags): Promise<number> {
  const run = runOfSteps(flags);
  await requireCheckout(flags);
  const ttl = flags.ttl === undefined ? DEFAULT_TTL : duration(flags.ttl, "--ttl");
  const signals = watchSignals(stackName(run));
  try {
    await reapDead(line => console.error(`hearth: ${line}`));
    const slot = await runStartSlot(signals.interrupted);
    try {
      await init(run, ownSettings(flags));
      await upAndPrint(run, ttl, flags, signals, () => slot.release());
    } finally {
      await slot.release();
    }
    return 0;
  } catch (error) {
    if (signals.exitCode() === undefined) console.error(`hearth: not your recipe: ${displayed(error)}`);
    return signals.exitCode() ?? NOT_YOUR_RECIPE;
  } finally {
    signals.done();
  }
}

/** Creates what the run needs and prints its variables; removes the run if that fails. */
async function upAndPrint(
  run: Run,
  ttl: number,
  flags: StartFlags,
  signals: Signals,
  releaseSlot: () => Promise<void>,
): Promise<void> {
  const signal = signals.interrupted;
  try {
    signal.throwIfAborted(); // Pulumi wouldn't notice a signal that came before
    const outputs = await up(run, { seconds: ttl / 1000 }, { ...flags, signal, onUsable: () => void releaseSlot() });
    signal.throwIfAborted();
    const own = ownVariables(run, outputs);
    const text = flags.json ? `${JSON.stringify(own, null, 2)}\n` : envFile(own);
    if (flags.output === undefined) process.stdout.write(text);
    else await writePrivate(flags.output, text);
  } catch (error) {
    signals.tearingDown();
    await releaseSlot();
    await teardown(run, { ...flags, signal });
    throw error;
  }
}

/** `NAME=value` lines; every value is a URL, a name or base64url, so none needs quotes. */
function envFile(own: Record<string, string>): string {
  return Object.entries(own)
    .map(([name, value]) => `${name}=${value}\n`)
    .join("");
}

/** Writes a new file with mode 0600 and renames it: replaces a link, or a file with wider permissions. */
async function writePrivate(path: string, text: string): Promise<void> {
  const work = `${path}.${process.pid}`;
  await writeFile(work, text, { mode: 0o600, flag: "wx" });
  await rename(work, path);
}
