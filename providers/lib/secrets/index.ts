// secrets: what the rest of hearth may use.
export { ensureSecrets, type SecretRef } from "./ensure.ts";
