// Images on this node: reads which ones a stack runs, pulls, and tags those that a rollback needs.
import { filters, get } from "./api.ts";
import { docker } from "./docker.ts";
import { digestIn, splitReference } from "./imageReference.ts";
import { ProgramError } from "../process/index.ts";
import type { Log } from "../text.ts";
import { monotonicNow, since } from "../time/index.ts";

/** An image isn't on this node and can't be pulled. The message has the registry's words. */
export class ImageError extends Error {
  override readonly name = "ImageError";
}

interface RunningImage {
  /** As the service's spec names it, without a digest. */
  readonly name: string;
  /** The image's id on this node: `sha256:…`. */
  readonly id: string;
  /** `sha256:…` of the manifest in its registry; undefined for an image that was never in one. */
  readonly digest?: string | undefined;
}

/** The image that each service of `stack` runs on this node, by the service's short name. */
export async function imagesOf(stack: string): Promise<Record<string, RunningImage>> {
  const list = ["ps", "--no-trunc", "--quiet", "--filter", `label=com.docker.stack.namespace=${stack}`];
  const ids = (await docker(list, `list the containers of ${stack}`)).stdout.split("\n").filter(Boolean);
  if (ids.length === 0) return {};
  const format = '{{index .Config.Labels "com.docker.swarm.service.name"}}\t{{.Config.Image}}\t{{.Image}}';
  const { stdout } = await docker(["inspect", "--format", format, ...ids], `inspect the containers of ${stack}`);
  const rows = stdout.split("\n").map(line => line.split("\t") as [string, string, string]);
  const images = rows.map(async ([service, reference, id]) => {
    const { name, digest } = splitReference(reference);
    return [service.slice(stack.length + 1), { name, id, digest: digest ?? (await digestOf(id, name)) }] as const;
  });
  return Object.fromEntries(await Promise.all(images));
}

/** The digest that the image `id` has in the repository of `name`. */
async function digestOf(id: string, name: string): Promise<string | undefined> {
  const argv = ["image", "inspect", "--format", "{{json .RepoDigests}}", id];
  const { stdout } = await docker(argv, `inspect the image ${name}`);
  return digestIn((JSON.parse(stdout) as string[] | null) ?? [], name);
}

/** The image in the spec of each service of `stack`, by the service's short name: `name:tag`, perhaps with a digest. */
export async function specImages(stack: string): Promise<Record<string, string>> {
  interface Listed {
    readonly Spec: { readonly Name: string; readonly TaskTemplate: { readonly ContainerSpec?: { Image?: string } } };
  }
  const path = `/services?${filters({ label: [`com.docker.stack.namespace=${stack}`] })}`;
  const listed = await get<Listed[]>(path, `list the services of ${stack}`);
  return Object.fromEntries(
    listed.map(({ Spec }) => [Spec.Name.slice(stack.length + 1), Spec.TaskTemplate.ContainerSpec?.Image ?? ""]),
  );
}

/** Makes a service run exactly `reference`, a name with a digest. Doesn't wait for its tasks. */
export async function pinImage(stack: string, service: string, reference: string, inherit?: number): Promise<void> {
  const argv = ["service", "update", "--detach", "--quiet", "--no-resolve-image", "--image", reference];
  await docker([...argv, `${stack}_${service}`], `pin the image of ${stack}_${service}`, { inherit });
}

/** The id of the image that `reference` names on this node; undefined if it isn't found. */
export async function imageId(reference: string): Promise<string | undefined> {
  const argv = ["image", "inspect", "--format", "{{.Id}}", reference];
  try {
    return (await docker(argv, `inspect the image ${reference}`)).stdout;
  } catch (error) {
    if (error instanceof ProgramError && NO_IMAGE.test(error.result.stderr)) return undefined;
    throw error;
  }
}

const NO_IMAGE = /no such image/i;

/**
 * Pulls those of the images `references` that this node lacks, so that no registry is needed for the others. `app`
 * names the app in each line. Throws ImageError.
 */
export async function ensureImages(references: readonly string[], app: string, log: Log): Promise<void> {
  for (const reference of await absentImages([...new Set(references)])) {
    const start = monotonicNow();
    log(`${app}: pulling ${reference}`);
    await pullImage(reference);
    log(`${app}: pulled ${reference} in ${since(start)}`);
  }
}

/** One process if none is absent, the usual case. */
async function absentImages(references: readonly string[]): Promise<string[]> {
  if (references.length === 0) return [];
  const argv = ["image", "inspect", "--format", "{{.Id}}", ...references];
  const found = await docker(argv, "inspect images").catch(error => {
    if (error instanceof ProgramError && NO_IMAGE.test(error.result.stderr)) return undefined;
    throw error;
  });
  if (found) return [];
  const ids = await Promise.all(references.map(imageId));
  return references.filter((_, at) => ids[at] === undefined);
}

/** Milliseconds: a large image over a slow line. */
const PULL_TIMEOUT = 900_000;

/** Pulls an image. Throws ImageError with the registry's words. */
export async function pullImage(reference: string): Promise<void> {
  await docker(["pull", "--quiet", reference], `pull ${reference}`, { timeout: PULL_TIMEOUT }).catch(error => {
    if (!(error instanceof ProgramError)) throw error;
    const why = error.result.stderr || error.message;
    throw new ImageError(`image ${reference} not found on this host, and the pull failed: ${why}`, { cause: error });
  });
}

/** Adds the tag `reference` to the image `id`. */
export async function tagImage(id: string, reference: string, inherit?: number): Promise<void> {
  await docker(["tag", id, reference], `tag the image ${reference}`, { inherit });
}

/** hearth's tag for a service's last good image: survives a moved upstream tag and a prune of dangling images. */
export function lastGoodImage(stack: string, service: string): string {
  return `hearth-last-good/${stack}.${service}:latest`.toLowerCase();
}
