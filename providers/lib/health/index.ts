// The health of an app, observed and waited for: what the rest of hearth may use.
export { type Health, health } from "./inputs.ts";
export { InconclusiveError, UnhealthyError } from "./errors.ts";
export { gate, type Verdict } from "./gate.ts";
export { requireHealthy, verdictOf } from "./require.ts";
export { gateLine, healthWindow, type StartTimes } from "./window.ts";
export { NOT_DEPLOYED } from "./look.ts";
export { type DeployedApp, findDeployed, HEALTHY, isUnreachable, observe, type ObservedApp } from "./observe.ts";
export { prober, proberAt } from "./probe.ts";
export { swarmRollback } from "./tasks.ts";
