// The names of a CI run: everything follows from its recipe and six hex digits.
import { createHash, randomBytes } from "node:crypto";

/** One CI run of one recipe. */
export interface Run {
  readonly recipe: string;
  /** Six lower-case hex digits. */
  readonly hex: string;
}

/** What tells one run from another; what is absent doesn't count. */
export interface Identity {
  readonly recipe: string;
  readonly pr?: string | undefined;
  readonly ref?: string | undefined;
  readonly build?: string | undefined;
  readonly job?: string | undefined;
  readonly attempt?: string | undefined;
}

/** The run that `identity` stands for: the same for the same identity, a random one where the recipe is all that is known. */
export function runOf(identity: Identity): Run {
  const { recipe, pr, ref, build, job, attempt } = identity;
  const known = [pr, ref, build, job, attempt];
  const text = known.some(value => value !== undefined)
    ? JSON.stringify([recipe, ...known.map(v => v ?? null)])
    : randomBytes(16).toString("hex");
  return { recipe, hex: createHash("sha256").update(text).digest("hex").slice(0, 6) };
}

/** `<recipe>-<hex>`: the run's name, and its realm's. */
export function runName({ recipe, hex }: Run): string {
  return `${recipe}-${hex}`;
}

/** `ci-<recipe>-<hex>`: the run's Pulumi stack. */
export function stackName(run: Run): string {
  return `ci-${runName(run)}`;
}

/** The run whose Pulumi stack is called `name`; undefined for any other name. */
export function runOfStack(name: string): Run | undefined {
  const found = /^ci-([a-z0-9][a-z0-9-]*)-([0-9a-f]{6})$/.exec(name);
  return found ? { recipe: found[1]!, hex: found[2]! } : undefined;
}

/** The domain of the run's own app: `<first 4 of recipe>-<hex>.<base>`. */
export function appDomain({ recipe, hex }: Run, base: string): string {
  return `${recipe.slice(0, 4)}-${hex}.${base}`;
}

/** The domain of a run's own Keycloak, where it gets one: `sso-<hex>.<base>`. */
export function dedicatedDomain({ hex }: Run, base: string): string {
  return `sso-${hex}.${base}`;
}

/** The domain of a kept app where configuration names no other: `warm-<recipe>.<base>`. */
export function warmDomain(recipe: string, base: string): string {
  return `warm-${recipe}.${base}`;
}
