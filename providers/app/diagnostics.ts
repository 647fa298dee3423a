// Captures the diagnostics of an app before it is undeployed: the failure, its tasks and logs, the gate's last
// observations, and the changed keys of its .env.
import { parseEnv } from "../lib/env/index.ts";
import { namedSecrets, writeDiagnostics } from "../lib/diagnostics/index.ts";
import { logText, readAllSecrets, tasksText } from "../lib/docker/index.ts";

interface DiagnosticsContext {
  /** Parent of the diagnostics' folders. */
  readonly folder: string;
  readonly stack: string;
  readonly services: readonly string[];
  /** The whole text of the failure. */
  readonly why: string;
  /** What the gate observed, oldest first. */
  readonly observations: readonly string[];
  /** Text of the .env before the operation. */
  readonly before: string;
  /** Text of the present .env. */
  readonly after: string;
}

/** Masks `secrets`. Returns the folder that it wrote. */
export async function captureDiagnostics(
  { folder, stack, services, why, observations, before, after }: DiagnosticsContext,
  secrets: readonly string[],
): Promise<string> {
  const logs = await Promise.all(
    services.map(async service => [`${service}.log`, await logText(stack, service)] as const),
  );
  const files = {
    "failure.txt": `${why}\n`,
    "tasks.txt": await tasksText(stack),
    "observations.txt": `${observations.slice(-100).join("\n")}\n`,
    "env-keys.txt": `${changedKeys(before, after).join("\n")}\n`,
    ...Object.fromEntries(logs),
  };
  return writeDiagnostics(folder, files, secrets);
}

/** Names only: a value may be a secret. */
function changedKeys(before: string, after: string): string[] {
  const [old, current] = [parseEnv(before), parseEnv(after)];
  const keys = new Set([...Object.keys(old), ...Object.keys(current)]);
  return [...keys].filter(key => old[key] !== current[key]).toSorted();
}

/** Values to mask: the secrets of the running containers, and variables of the .env that are named like a secret. */
export async function secretsInContainers(stack: string, env: Record<string, string>): Promise<string[]> {
  return [...namedSecrets(env), ...(await readAllSecrets(stack))];
}
