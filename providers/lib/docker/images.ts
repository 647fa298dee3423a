// Images on this node: reads which ones a stack runs, pulls, and tags those that a rollback needs.
import pRetry from "p-retry";
import { filters, get } from "./api.ts";
import { docker } from "./docker.ts";
import { byDigest, digestIn, splitReference } from "./imageReference.ts";
import { ProgramError } from "../process/index.ts";
import type { Log } from "../text.ts";
import { monotonicNow, since } from "../time/index.ts";

/** An image isn't on this node and can't be pulled. The message has the registry's words. */
export class ImageError extends Error {
  override readonly name = "ImageError";
}

export interface RecordedImage {
  /** As the service's spec names it, without a digest. */
  readonly name: string;
  /** The image's id on this node: `sha256:…`. */
  readonly id: string;
  /** `sha256:…` of the manifest in its registry; undefined for an image that was never in one. */
  readonly digest?: string | undefined;
}

/**
 * The image that each service of `stack` runs on this node, or ran if it ended as one-shot services do, by the
 * service's short name. Omits a service that never ran here.
 */
export async function imagesOf(stack: string): Promise<Record<string, RecordedImage>> {
  const [specs, containers] = await Promise.all([specImages(stack), containerImages(stack)]);
  const images = Object.entries(specs).map(async ([service, reference]) => {
    const { name, digest } = splitReference(reference);
    // Ended containers of earlier deploys may have run other images.
    const newest = containers.find(each => each.service === `${stack}_${service}` && each.reference === reference);
    const id = await localImage({ name, id: newest?.id, digest });
    return id === undefined ? [] : [[service, { name, id, digest: digest ?? (await digestOf(id, name)) }] as const];
  });
  return Object.fromEntries((await Promise.all(images)).flat());
}

/** Service, reference and image id of each container of `stack` on this node, ended ones too, newest first. */
async function containerImages(stack: string) {
  const list = ["ps", "--all", "--no-trunc", "--quiet", "--filter", `label=com.docker.stack.namespace=${stack}`];
  const ids = (await docker(list, `list the containers of ${stack}`)).stdout.split("\n").filter(Boolean);
  if (ids.length === 0) return [];
  const format = '{{index .Config.Labels "com.docker.swarm.service.name"}}\t{{.Config.Image}}\t{{.Image}}';
  const argv = ["inspect", "--format", format, ...ids];
  const { stdout } = await docker(argv, `inspect the containers of ${stack}`).catch(error => {
    // Swarm removes old containers at any time; docker prints the others.
    if (error instanceof ProgramError && NO_OBJECT.test(error.result.stderr)) return error.result;
    throw error;
  });
  const rows = stdout.split("\n").filter(Boolean);
  return rows.map(row => {
    const [service, reference, id] = row.split("\t") as [string, string, string];
    return { service, reference, id };
  });
}

const NO_OBJECT = /no such (object|container)/i;

/** The digest that the image `id` has in the repository of `name`. */
async function digestOf(id: string, name: string): Promise<string | undefined> {
  const argv = ["image", "inspect", "--format", "{{json .RepoDigests}}", id];
  const { stdout } = await docker(argv, `inspect the image ${name}`);
  return digestIn((JSON.parse(stdout) as string[] | null) ?? [], name);
}

type Sought = Omit<RecordedImage, "id"> & { readonly id: string | undefined };

/** The id of an image on this node, found by its id, else by its digest: another image store has other ids. */
export async function localImage({ name, id, digest }: Sought): Promise<string | undefined> {
  const found = id === undefined ? undefined : await imageId(id);
  return found ?? (digest === undefined ? undefined : imageId(byDigest(name, digest)));
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

/**
 * Makes a service run exactly `reference`, a name with a digest. Doesn't wait for its tasks. All present ones stop
 * first: start-first would keep the wrong image on the data until the right one is healthy. Swarm doesn't return to the
 * wrong image if the right one fails at first. The next deploy sets the recipe's own update_config again.
 */
export async function pinImage(stack: string, service: string, reference: string, inherit?: number): Promise<void> {
  const config = ["--update-order", "stop-first", "--update-parallelism", "0", "--update-failure-action", "continue"];
  const argv = ["service", "update", "--detach", "--quiet", "--no-resolve-image", ...config, "--image", reference];
  const pin = () => docker([...argv, `${stack}_${service}`], `pin the image of ${stack}_${service}`, { inherit });
  // Swarm's own changes of a service that was deployed just now come between docker's read and its write.
  await pRetry(pin, {
    retries: 5,
    minTimeout: 100,
    maxTimeout: 1_000,
    shouldRetry: ({ error }) => error instanceof ProgramError && /out of sequence/i.test(error.result.stderr),
  });
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
