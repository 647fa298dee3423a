// An app's .env: read and edited. What the rest of hearth may use.
export { parseEnv, setEnv } from "./envFile.ts";
