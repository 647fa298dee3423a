// The folder of the project, wherever and through whatever link `hearth` is called.
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";

export const project = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
