// Finds the operator's folders if a CI gives its steps a temporary HOME, as Drone's exec runner does. Pure.
import { join } from "node:path";

const folders = [
  ["ABRA_DIR", ".abra"],
  ["PULUMI_HOME", ".pulumi"],
  ["DOCKER_CONFIG", ".docker"],
] as const;

/**
 * Variables to add to `env`: each names a folder that HOME lacks and `userHome` has. The first of the variable, HOME
 * and `userHome` counts.
 */
export function operatorFolders(
  env: NodeJS.ProcessEnv,
  userHome: string | undefined,
  exists: (path: string) => boolean,
): Record<string, string> {
  if (userHome === undefined) return {};
  const absent = folders.filter(([name, folder]) => !env[name] && !(env["HOME"] && exists(join(env["HOME"], folder))));
  const found = absent
    .map(([name, folder]) => [name, join(userHome, folder)] as const)
    .filter(([, path]) => exists(path));
  return Object.fromEntries(found);
}
