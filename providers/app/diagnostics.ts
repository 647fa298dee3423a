// What is written down of an app before it is taken down again: tasks, logs, the gate's last looks, the keys of its .env that differ.
import { parseEnv } from "../lib/env/index.ts";
import { writeDiagnostics } from "../lib/diagnostics/index.ts";
import { logText, readAllSecrets, tasksText } from "../lib/docker/index.ts";

export interface DiagnosticsContext {
  /** Where failures lie, a folder each. */
  readonly folder: string;
  readonly stack: string;
  readonly services: readonly string[];
  /** What the gate saw, in its order. */
  readonly seen: readonly string[];
  /** The .env before the operation, and now. */
  readonly before: string;
  readonly after: string;
}

/** Gives back the folder it wrote. */
export async function captureDiagnostics(
  { folder, stack, services, seen, before, after }: DiagnosticsContext,
  secrets: readonly string[],
): Promise<string> {
  const logs = await Promise.all(
    services.map(async service => [`${service}.log`, await logText(stack, service)] as const),
  );
  const files = {
    "tasks.txt": await tasksText(stack),
    "observations.txt": `${seen.slice(-100).join("\n")}\n`,
    "env-keys.txt": `${differingKeys(before, after).join("\n")}\n`,
    ...Object.fromEntries(logs),
  };
  return writeDiagnostics(folder, files, secrets);
}

/** Names only: a value may be a secret. */
export function differingKeys(before: string, after: string): string[] {
  const [was, is] = [parseEnv(before), parseEnv(after)];
  return [...new Set([...Object.keys(was), ...Object.keys(is)])].filter(key => was[key] !== is[key]).toSorted();
}

/** Values that must be in no evidence: the secrets of the containers that run, and what the .env calls by such a name. */
export async function secretsInContainers(stack: string, env: Record<string, string>): Promise<string[]> {
  const named = Object.entries(env).flatMap(([key, value]) =>
    /PASS|SECRET|TOKEN|KEY/.test(key) && value.length >= 8 ? [value] : [],
  );
  return [...named, ...(await readAllSecrets(stack))];
}
