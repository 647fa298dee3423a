// time: what the rest of hearth may use.
export { seconds } from "./duration.ts";
export { type Clock, inSeconds, monotonicNow, since } from "./monotonic.ts";
export { stamp } from "./stamp.ts";
export { uptime } from "./uptime.ts";
