// References to images: a name with its tag, and the digest that pins it. Pure.

/** `name:tag@sha256:…`, as a service's spec holds it after a deploy that asked the registry. */
export function splitReference(reference: string): { readonly name: string; readonly digest: string | undefined } {
  const at = reference.indexOf("@sha256:");
  return at < 0
    ? { name: reference, digest: undefined }
    : { name: reference.slice(0, at), digest: reference.slice(at + 1) };
}

/** The repository of `name`: a colon before the last slash belongs to the registry's port. */
export function repositoryOf(name: string): string {
  const colon = name.indexOf(":", name.lastIndexOf("/") + 1);
  return colon < 0 ? name : name.slice(0, colon);
}

/** The digest under which the repository of `name` holds an image, out of the image's RepoDigests. */
export function digestIn(repoDigests: readonly string[], name: string): string | undefined {
  const repository = repositoryOf(name);
  return repoDigests.map(splitReference).find(each => each.name === repository)?.digest;
}

/** `repository@sha256:…`, under which a node finds an image that was pulled by tag or by digest. */
export function byDigest(name: string, digest: string): string {
  return `${repositoryOf(name)}@${digest}`;
}

/**
 * Why a service whose spec has `spec` must be pinned to the recorded image: its tag `moved`, or it is `unresolved`, so
 * that Swarm asks the registry at each start of a task. undefined: pinned, no digest recorded, or another image meant.
 */
export function missingPin(
  spec: string | undefined,
  recorded: { readonly name: string; readonly digest?: string | undefined },
): "moved" | "unresolved" | undefined {
  if (spec === undefined || recorded.digest === undefined) return undefined;
  const { name, digest } = splitReference(spec);
  if (name !== recorded.name || digest === recorded.digest) return undefined;
  return digest === undefined ? "unresolved" : "moved";
}
