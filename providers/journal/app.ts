// All that hearth keeps of one app on the host.
export * from "./folder.ts";
export * from "./operation.ts";
export * from "./repairs.ts";
export * from "./versions.ts";
