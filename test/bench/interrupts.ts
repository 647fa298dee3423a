// Handles signals: the bench finishes the current step, removes what it created, and exits.
import { constants } from "node:os";

export class InterruptedError extends Error {
  override readonly name = "InterruptedError";
  /** 128 + the signal's number. */
  readonly exitCode: number;

  constructor(signal: NodeJS.Signals) {
    super(`ended by ${signal}`);
    this.exitCode = 128 + constants.signals[signal];
  }
}

/** Aborted by the first signal, with an InterruptedError as its reason; the second ends the process at once. */
export function watchInterrupts(): AbortSignal {
  const controller = new AbortController();
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
    process.on(name, () => {
      if (controller.signal.aborted) {
        console.error(
          "bench: left behind, maybe: containers hearth-bench-*, folders hearth-bench-* in the temporary directory, realms bench-*, stacks ci-notes-*, apps bench-*, releases 10.8.* of Keycloak",
        );
        process.exit(128 + constants.signals[name]);
      }
      console.error(`\nbench: ${name}: exiting after this step and the clean-up`);
      controller.abort(new InterruptedError(name));
    });
  return controller.signal;
}
