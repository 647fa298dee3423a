// Swarm stacks with any object on this swarm: services, containers, networks, volumes, secrets or configs.
import { docker } from "../../providers/lib/docker/index.ts";

const NAMESPACE = "com.docker.stack.namespace";

export interface Stacks {
  /** Stacks whose label an object carries. */
  readonly stacks: readonly string[];
  /** Names of all secrets and configs: abra doesn't label the secrets that it creates. */
  readonly names: readonly string[];
}

export async function listStacks(): Promise<Stacks> {
  const labelled = (argv: readonly string[]) =>
    lines([...argv, "--filter", `label=${NAMESPACE}`, "--format", `{{.Label "${NAMESPACE}"}}`]);
  const [services, ...others] = await Promise.all([
    lines(["stack", "ls", "--format", "{{.Name}}"]),
    labelled(["ps", "--all"]),
    labelled(["network", "ls"]),
    labelled(["volume", "ls"]),
  ]);
  const names = await Promise.all(["secret", "config"].map(kind => lines([kind, "ls", "--format", "{{.Name}}"])));
  return { stacks: [...new Set([...services, ...others.flat()])].toSorted(), names: names.flat().toSorted() };
}

async function lines(argv: readonly string[]): Promise<string[]> {
  return (await docker(argv, "list the objects of stacks")).stdout.split("\n").filter(Boolean);
}
