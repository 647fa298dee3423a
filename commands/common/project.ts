// Where the project lies, from wherever `hearth` was called and through whatever link.
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";

export const project = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
