// What makes Pulumi's processes keep what they compiled, and find it.
import { join } from "node:path";
import { project } from "../common/project.ts";

/** Variables for pulumi: `cache` is a directory; what `env` says itself stays. */
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
