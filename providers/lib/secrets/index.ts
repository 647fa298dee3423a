// secrets: what the rest of hearth may use.
export { absentSecrets, ensureSecrets, type SecretRef } from "./ensure.ts";
