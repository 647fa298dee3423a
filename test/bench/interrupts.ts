// Handles Ctrl-C and similar signals: the bench finishes the current step, cleans up, then exits.
import { constants } from "node:os";

export class InterruptedError extends Error {
  override readonly name = "InterruptedError";
  /** 128 + the signal's number. */
  readonly exitCode: number;

  constructor(signal: NodeJS.Signals) {
    super(`interrupted by ${signal}`);
    this.exitCode = 128 + constants.signals[signal];
  }
}

/** The first signal aborts with an InterruptedError; the second one exits at once. */
export function watchInterrupts(): AbortSignal {
  const controller = new AbortController();
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
    process.on(name, () => {
      if (controller.signal.aborted) {
        console.error(
          "bench: exiting without cleanup; check for containers hearth-bench-*, folders hearth-bench-* in the " +
            "temporary directory, realms bench-*, stacks ci-notes-*, apps bench-*, Keycloak releases 10.8.*",
        );
        process.exit(128 + constants.signals[name]);
      }
      console.error(`\nbench: ${name}: stopping after this step, then cleaning up`);
      controller.abort(new InterruptedError(name));
    });
  return controller.signal;
}
