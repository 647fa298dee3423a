// Names that Swarm already knows.
import { docker, jsonLines } from "./docker.ts";

/** Of `names`, those that are no secret of the swarm yet. */
export async function missingSecrets(names: readonly string[]): Promise<string[]> {
  const there = new Set((await docker(["secret", "ls", "--format", "{{.Name}}"], "list secrets")).stdout.split("\n"));
  return names.filter(name => !there.has(name));
}

/** The id of the network called `name`, or undefined. Docker's own name filter finds parts of names too. */
export async function networkId(name: string): Promise<string | undefined> {
  const argv = ["network", "ls", "--no-trunc", "--filter", `name=${name}`, "--format", "{{json .}}"];
  const found = jsonLines<{ ID: string; Name: string }>((await docker(argv, `look for the network ${name}`)).stdout);
  return found.find(network => network.Name === name)?.ID;
}
