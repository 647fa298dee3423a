// Names on the swarm, by abra's rules.

/** Swarm's limit for the name of a config or a secret, in characters. */
export const SWARM_NAME_LIMIT = 64;

/** The Swarm stack of the app at `domain`: dots become underscores, at most 45 characters (abra's rule, assumed). */
export function stackOf(domain: string): string {
  return domain.replaceAll(".", "_").slice(0, 45).replace(/_+$/, "");
}
