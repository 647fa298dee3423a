// Images on this node: those that a stack runs, whether one exists, and hearth's names that protect one from a prune.
import { docker } from "./docker.ts";
import { ProgramError } from "../process/index.ts";

export interface RunningImage {
  /** As the service's spec names it, without a digest. */
  readonly name: string;
  /** `sha256:…`, the image's own id. */
  readonly id: string;
}

/** What each service of `stack` runs on this node, by the service's short name. */
export async function imagesOf(stack: string): Promise<Record<string, RunningImage>> {
  const list = ["ps", "--no-trunc", "--quiet", "--filter", `label=com.docker.stack.namespace=${stack}`];
  const ids = (await docker(list, `list the containers of ${stack}`)).stdout.split("\n").filter(Boolean);
  if (ids.length === 0) return {};
  const format = '{{index .Config.Labels "com.docker.swarm.service.name"}}\t{{.Config.Image}}\t{{.Image}}';
  const { stdout } = await docker(["inspect", "--format", format, ...ids], `look at the images of ${stack}`);
  const rows = stdout.split("\n").map(line => line.split("\t") as [string, string, string]);
  return Object.fromEntries(
    rows.map(([service, name, id]) => [service.slice(stack.length + 1), { name: name.replace(/@sha256:.*$/, ""), id }]),
  );
}

/** The id of the image that `reference` names on this node; undefined where there is none. */
export async function imageId(reference: string): Promise<string | undefined> {
  try {
    return (await docker(["image", "inspect", "--format", "{{.Id}}", reference], `look for the image ${reference}`))
      .stdout;
  } catch (error) {
    if (error instanceof ProgramError && /no such image/i.test(error.result.stderr)) return undefined;
    throw error;
  }
}

/** Pulls an image. `timeout` in ms. Throws ProgramError with the registry's words. */
export async function pullImage(reference: string, timeout = 900_000): Promise<void> {
  await docker(["pull", "--quiet", reference], `pull ${reference}`, { timeout });
}

/** Gives the image `id` the further name `reference`. */
export async function tagImage(id: string, reference: string, inherit?: number): Promise<void> {
  await docker(["tag", id, reference], `name the image ${reference}`, { inherit });
}

/** hearth's own name for what last ran well: neither a moved tag nor a prune of dangling images takes it. */
export function keptImage(stack: string, service: string): string {
  return `hearth-kept/${stack}.${service}:last-good`.toLowerCase();
}
