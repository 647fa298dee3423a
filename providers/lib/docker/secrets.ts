// Compares secret names with the swarm's.
import { docker } from "./docker.ts";

/** Those of `names` that aren't secrets of the swarm. */
export async function missingSecrets(names: readonly string[]): Promise<string[]> {
  const { stdout } = await docker(["secret", "ls", "--format", "{{.Name}}"], "list secrets");
  const existing = new Set(stdout.split("\n"));
  return names.filter(name => !existing.has(name));
}
