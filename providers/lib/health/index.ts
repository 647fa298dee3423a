// The health of an app, observed and waited for: what the rest of hearth may use.
export { type Health, health } from "./inputs.ts";
export { InconclusiveError, UnhealthyError } from "./errors.ts";
export { gate, type Verdict } from "./gate.ts";
export { probeUrl } from "./http.ts";
export { requireHealthy, verdictOf } from "./require.ts";
export { gateLine, healthWindow } from "./window.ts";
export {
  HEALTHY,
  NOT_DEPLOYED,
  observe,
  type ObservedApp,
  probe,
  probeUnless,
  swarmRollback,
  tasksTrouble,
} from "./observe.ts";
