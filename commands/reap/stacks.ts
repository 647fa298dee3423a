// Of which Swarm stacks anything is left on this swarm: services, containers and networks, volumes, secrets and configs.
import { docker } from "../../providers/lib/docker/index.ts";

const NAMESPACE = "com.docker.stack.namespace";

export interface Stacks {
  /** Stacks whose label something carries. */
  readonly stacks: readonly string[];
  /** Names of all secrets and configs: abra puts no label on the secrets that it makes. */
  readonly names: readonly string[];
}

export async function stacksThere(): Promise<Stacks> {
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
  return (await docker(argv, "look what is left of stacks")).stdout.split("\n").filter(Boolean);
}
