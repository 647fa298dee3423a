// Makes Pulumi's processes share a cache of compiled code.
import { join } from "node:path";
import { project } from "../common/project.ts";

/** Variables for pulumi: `cache` is a directory; variables already set in `env` win. */
export function compileCacheEnv(
  cache: string,
  env: NodeJS.ProcessEnv,
): { readonly NODE_COMPILE_CACHE: string; readonly NODE_OPTIONS: string } {
  const preload = `--require=${JSON.stringify(join(project, "commands/pulumi/natives.cjs"))}`;
  const options = env["NODE_OPTIONS"] ?? "";
  return {
    NODE_COMPILE_CACHE: env["NODE_COMPILE_CACHE"] ?? cache,
    NODE_OPTIONS: options.includes(preload) ? options : `${options} ${preload}`.trim(),
  };
}
