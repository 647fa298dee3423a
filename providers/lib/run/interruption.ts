// Tells the providers of a run that `hearth run` was interrupted, by a file beside its output channel: Pulumi sends
// them no signal, it waits until their calls end.
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { OUTPUT_CHANNEL } from "./outputChannel.ts";

/** `hearth run` was interrupted: what the run waits for isn't needed any more. */
export class InterruptedError extends Error {
  override readonly name = "InterruptedError";

  constructor() {
    super("the run was interrupted");
  }
}

/** The file that `hearth run` creates when it is interrupted. `channel`: path of its output channel. */
export function interruptionFile(channel: string): string {
  return join(dirname(channel), "interrupted");
}

/** Milliseconds between two checks. */
const CHECK_INTERVAL = 250;

/**
 * Calls `work` with a signal that aborts once `hearth run` was interrupted; its reason is an InterruptedError. Without
 * a waiting `hearth run` it never aborts.
 */
export async function heedInterruption<T>(
  work: (signal: AbortSignal) => Promise<T>,
  channel = process.env[OUTPUT_CHANNEL],
): Promise<T> {
  const controller = new AbortController();
  if (channel === undefined) return work(controller.signal);
  const check = () => existsSync(interruptionFile(channel)) && controller.abort(new InterruptedError());
  check();
  const timer = setInterval(check, CHECK_INTERVAL);
  try {
    return await work(controller.signal);
  } finally {
    clearInterval(timer);
  }
}

/** The result of `work`, or throws the reason of `signal` once that aborts: `work` then continues unheeded. */
export async function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  let stop: () => void = () => undefined;
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason as Error);
    signal.addEventListener("abort", stop, { once: true });
  });
  work.catch(() => undefined); // after an abort nobody awaits it
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}
