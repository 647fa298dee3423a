// Where compiled code is cached: hearth's own, and what Pulumi's processes share.
import { homedir } from "node:os";
import { join } from "node:path";
import { privateFolder } from "../common/privateFolder.ts";
import { project } from "../common/project.ts";

/**
 * A private folder for compiled code; undefined if there can't be one. Node's default is in the shared temporary
 * folder, where any user could create it first. Pulumi's processes have other V8 flags than hearth's: they can't share
 * one.
 */
export function compileCache(of: "commands" | "compiled", env: NodeJS.ProcessEnv): string | undefined {
  const home = env["HOME"] || homedir();
  return privateFolder(join(env["XDG_CACHE_HOME"] || join(home, ".cache"), "hearth", of));
}

/** Variables for pulumi: `cache` is a directory, undefined for no cache; variables already set in `env` win. */
export function compileCacheEnv(
  cache: string | undefined,
  env: NodeJS.ProcessEnv,
): { NODE_COMPILE_CACHE?: string; NODE_OPTIONS: string } {
  const preload = `--require=${JSON.stringify(join(project, "commands/pulumi/natives.cjs"))}`;
  const options = env["NODE_OPTIONS"] ?? "";
  const folder = env["NODE_COMPILE_CACHE"] || cache;
  return {
    ...(folder === undefined ? {} : { NODE_COMPILE_CACHE: folder }),
    NODE_OPTIONS: options.includes(preload) ? options : `${options} ${preload}`.trim(),
  };
}
