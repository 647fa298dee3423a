// Alerts, raised and delivered: what the rest of hearth may use.
export { channel } from "./channel.ts";
export { deliver } from "./deliver.ts";
export { raise } from "./raise.ts";
