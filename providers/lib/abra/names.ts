// The names abra gives to what it makes on the swarm.

/** Swarm's limit for the name of a config or a secret, in characters. */
export const SWARM_NAME_LIMIT = 64;

/** The Swarm stack of the app at `domain`: dots become underscores, cut at 45 characters (abra's rule, assumed). */
export function stackOf(domain: string): string {
  return domain.replaceAll(".", "_").slice(0, 45).replace(/_+$/, "");
}

/** `<stack>_<name>_<version>`: a secret, or a config with the version from abra.sh. */
export function versionedName(stack: string, name: string, version: string): string {
  return `${stack}_${name}_${version}`;
}
