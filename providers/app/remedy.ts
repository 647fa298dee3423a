// What an observed app needs, before any upgrade. Pure.
import type { ObservedApp } from "../lib/health/index.ts";

/** `wait`: only the route fails, which a redeploy wouldn't fix. */
export type Remedy = "none" | "wait" | "redeploy";

export function remedyOf({ state }: Pick<ObservedApp, "state">): Remedy {
  switch (state) {
    case "healthy":
      return "none";
    case "unreachable":
      return "wait";
    case "down":
    case "not deployed":
      return "redeploy";
  }
}
