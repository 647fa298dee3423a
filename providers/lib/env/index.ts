// Reads and edits an app's .env: what the rest of hearth may use.
export { parseEnv, setEnv } from "./envFile.ts";
