// Images on this node: reads which ones a stack runs, pulls, and tags those that a rollback needs.
import { docker } from "./docker.ts";
import { ProgramError } from "../process/index.ts";

interface RunningImage {
  /** As the service's spec names it, without a digest. */
  readonly name: string;
  /** The image's id: `sha256:…`. */
  readonly id: string;
}

/** The image that each service of `stack` runs on this node, by the service's short name. */
export async function imagesOf(stack: string): Promise<Record<string, RunningImage>> {
  const list = ["ps", "--no-trunc", "--quiet", "--filter", `label=com.docker.stack.namespace=${stack}`];
  const ids = (await docker(list, `list the containers of ${stack}`)).stdout.split("\n").filter(Boolean);
  if (ids.length === 0) return {};
  const format = '{{index .Config.Labels "com.docker.swarm.service.name"}}\t{{.Config.Image}}\t{{.Image}}';
  const { stdout } = await docker(["inspect", "--format", format, ...ids], `inspect the containers of ${stack}`);
  const rows = stdout.split("\n").map(line => line.split("\t") as [string, string, string]);
  return Object.fromEntries(
    rows.map(([service, name, id]) => [service.slice(stack.length + 1), { name: name.replace(/@sha256:.*$/, ""), id }]),
  );
}

/** The id of the image that `reference` names on this node; undefined if it isn't found. */
export async function imageId(reference: string): Promise<string | undefined> {
  const argv = ["image", "inspect", "--format", "{{.Id}}", reference];
  try {
    return (await docker(argv, `inspect the image ${reference}`)).stdout;
  } catch (error) {
    if (error instanceof ProgramError && /no such image/i.test(error.result.stderr)) return undefined;
    throw error;
  }
}

/** Pulls an image. `timeout` in ms. Throws ProgramError with the registry's message. */
export async function pullImage(reference: string, timeout = 900_000): Promise<void> {
  await docker(["pull", "--quiet", reference], `pull ${reference}`, { timeout });
}

/** Adds the tag `reference` to the image `id`. */
export async function tagImage(id: string, reference: string, inherit?: number): Promise<void> {
  await docker(["tag", id, reference], `tag the image ${reference}`, { inherit });
}

/** hearth's tag for a service's last good image: survives a moved upstream tag and a prune of dangling images. */
export function lastGoodImage(stack: string, service: string): string {
  return `hearth-last-good/${stack}.${service}:latest`.toLowerCase();
}
