// Reads and edits an app's .env: what the rest of hearth may use.
export { lineOf, parseEnv, setEnv } from "./envFile.ts";
