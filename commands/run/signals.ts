// Handles SIGINT, SIGTERM and SIGHUP during a run: the first one stops the run and removes it.
import { constants } from "node:os";

export interface Signals {
  /** Aborted by the first signal, whose name is the reason. */
  readonly interrupted: AbortSignal;
  /** 128 + number of the first signal; undefined without a signal. */
  exitCode(): number | undefined;
  /** Call it when the teardown begins: from then on repeated signals can abort it. */
  tearingDown(): void;
  done(): void;
}

const watched = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

export function watchSignals(stack: string): Signals {
  const controller = new AbortController();
  let tearing = false;
  let repeats = 0;
  const on = (signal: NodeJS.Signals) => {
    if (!controller.signal.aborted) {
      console.error(`\nhearth: ${signal}: ending the run and removing ${stack}`);
      controller.abort(signal);
      return;
    }
    if (!tearing) return;
    repeats += 1;
    if (repeats < 2) return console.error(`hearth: ${stack} is being removed; a further signal leaves the rest behind`);
    console.error(
      `hearth: left behind: ${stack}. In hearth's folder: pulumi cancel -y -s ${stack}; ` +
        `pulumi destroy -y -f -s ${stack}; pulumi stack rm -y ${stack}`,
    );
    process.exit(128 + constants.signals[signal]);
  };
  for (const signal of watched) process.on(signal, on);
  return {
    interrupted: controller.signal,
    exitCode: () =>
      controller.signal.aborted ? 128 + constants.signals[controller.signal.reason as NodeJS.Signals] : undefined,
    tearingDown: () => void (tearing = true),
    done: () => watched.forEach(signal => process.off(signal, on)),
  };
}
