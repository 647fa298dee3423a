// Names that Swarm already knows.
import { docker } from "./docker.ts";

/** Of `names`, those that are no secret of the swarm yet. */
export async function missingSecrets(names: readonly string[]): Promise<string[]> {
  const there = new Set((await docker(["secret", "ls", "--format", "{{.Name}}"], "list secrets")).stdout.split("\n"));
  return names.filter(name => !there.has(name));
}
