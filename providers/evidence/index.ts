// What is kept of a failure, and how secrets are kept out of it.
export { mask } from "./mask.ts";
export { writeEvidence } from "./write.ts";
