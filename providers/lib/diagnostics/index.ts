// Diagnostics of failures, with secrets masked: what the rest of hearth may use.
export { cleanText } from "./clean.ts";
export { mask } from "./mask.ts";
export { maskError, namedSecrets } from "./maskError.ts";
export { writeDiagnostics } from "./write.ts";
