// The names of a CI run, all derived from its recipe and six hex digits.
import { createHash, randomBytes } from "node:crypto";

/** One CI run of one recipe. */
export interface Run {
  readonly recipe: string;
  /** Six lower-case hex digits. */
  readonly hex: string;
}

/** Distinguishes runs. Absent fields are ignored. */
export interface Identity {
  readonly recipe: string;
  readonly pr?: string | undefined;
  readonly ref?: string | undefined;
  readonly build?: string | undefined;
  readonly job?: string | undefined;
  readonly attempt?: string | undefined;
}

/** The same run for the same identity; a random one if only the recipe is known. */
export function runOf(identity: Identity): Run {
  const { recipe, pr, ref, build, job, attempt } = identity;
  const known = [pr, ref, build, job, attempt];
  const text = known.some(value => value !== undefined)
    ? JSON.stringify([recipe, ...known.map(v => v ?? null)])
    : randomBytes(16).toString("hex");
  return { recipe, hex: createHash("sha256").update(text).digest("hex").slice(0, 6) };
}

/** `<recipe>-<hex>`: the name of the run and of its realm. */
export function runName({ recipe, hex }: Run): string {
  return `${recipe}-${hex}`;
}

/** `ci-<recipe>-<hex>`: the run's Pulumi stack. */
export function stackName(run: Run): string {
  return `ci-${runName(run)}`;
}

/** The run of the Pulumi stack `name`; undefined if the name isn't a run's stack. */
export function runOfStack(name: string): Run | undefined {
  const found = /^ci-([a-z0-9][a-z0-9-]*)-([0-9a-f]{6})$/.exec(name);
  return found ? { recipe: found[1]!, hex: found[2]! } : undefined;
}

/** The domain of the app under test: `<first 4 of recipe>-<hex>.<base>`. */
export function appDomain({ recipe, hex }: Run, base: string): string {
  return `${recipe.slice(0, 4)}-${hex}.${base}`;
}

/** The domain of the run's dedicated Keycloak: `sso-<hex>.<base>`. */
export function dedicatedDomain({ hex }: Run, base: string): string {
  return `sso-${hex}.${base}`;
}

/** The default domain of a warm app: `warm-<recipe>.<base>`. */
export function warmDomain(recipe: string, base: string): string {
  return `warm-${recipe}.${base}`;
}
