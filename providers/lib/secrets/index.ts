// secrets: what the rest of hearth may use.
export { ensureSecrets, type SecretOwner, type SecretRef } from "./ensure.ts";
