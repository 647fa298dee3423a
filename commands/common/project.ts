// Path of the project, also if `hearth` is called through a link.
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";

export const project = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
