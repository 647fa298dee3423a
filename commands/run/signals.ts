// What Ctrl-C and its like mean while a run lives: stop what can be stopped, then tear down; never leave half of it.
import { constants } from "node:os";

export interface Signals {
  /** Aborted by the first signal, whose name is the reason. */
  readonly interrupted: AbortSignal;
  /** 128 + number of the first signal; undefined where there was none. */
  exitCode(): number | undefined;
  /** From here on the run is being torn down. */
  tearingDown(): void;
  done(): void;
}

const watched = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

export function watchSignals(stack: string): Signals {
  const controller = new AbortController();
  let tearing = false;
  let since = 0;
  const on = (signal: NodeJS.Signals) => {
    if (!controller.signal.aborted) {
      console.error(`\nhearth: ${signal}: ending the run and taking ${stack} away`);
      controller.abort(signal);
      return;
    }
    if (!tearing) return;
    since += 1;
    if (since < 2) return console.error(`hearth: ${stack} is being removed; a further signal leaves the rest behind`);
    console.error(
      `hearth: left behind: ${stack}. In hearth's folder: pulumi cancel -y -s ${stack}; pulumi destroy -y -f -s ${stack}; pulumi stack rm -y ${stack}`,
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
