// Handles SIGINT, SIGTERM and SIGHUP during a run: the first one stops the run and removes it. So does a lost lease.
import { constants } from "node:os";
import { NOT_YOUR_RECIPE } from "../common/errors.ts";

export interface Signals {
  /** Aborted by the first signal, whose name is the reason: the command gets it. */
  readonly interrupted: AbortSignal;
  /** 128 + number of the first signal, or 125 if the run was abandoned; undefined if neither happened. */
  exitCode(): number | undefined;
  /** Stops the run as SIGTERM does, because hearth can't give it what it needs any more. */
  abandon(why: string): void;
  /** Call it when the teardown begins: from then on repeated signals can abort it. */
  tearingDown(): void;
  done(): void;
}

const watched = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

export function watchSignals(stack: string): Signals {
  const controller = new AbortController();
  let tearing = false;
  let repeats = 0;
  let code: number | undefined;
  const on = (signal: NodeJS.Signals) => {
    if (!controller.signal.aborted) {
      console.error(`\nhearth: ${signal}: ending the run and removing ${stack}`);
      code = 128 + constants.signals[signal];
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
    exitCode: () => code,
    abandon(why) {
      if (controller.signal.aborted) return;
      console.error(`hearth: not your recipe: ${why}: ending the run and removing ${stack}`);
      code = NOT_YOUR_RECIPE;
      controller.abort("SIGTERM" satisfies NodeJS.Signals);
    },
    tearingDown: () => void (tearing = true),
    done: () => watched.forEach(signal => process.off(signal, on)),
  };
}
