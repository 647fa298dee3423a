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

/** Whether a service's spec pins another image than `digest`. A spec without a digest pins none. */
export function pinsOther(spec: string | undefined, digest: string | undefined): boolean {
  const pinned = spec === undefined ? undefined : splitReference(spec).digest;
  return pinned !== undefined && digest !== undefined && pinned !== digest;
}
