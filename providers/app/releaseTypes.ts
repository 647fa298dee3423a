// The input and the result of the choice of a version.
import type { Tag } from "../lib/recipe/index.ts";

export interface Policy {
  readonly allow: "none" | "patch" | "minor" | "major";
  readonly minAgeHours: number;
  readonly notes: "any" | "none";
}

/** `at`: seconds since 1970. */
export interface Rejection {
  readonly at: number;
  readonly why: string;
}

/** All that the decision depends on. Times are seconds since 1970; records are keyed by the whole version. */
export interface ReleaseContext {
  /** The version that runs; undefined if none does. */
  readonly running: string | undefined;
  /** Every tag of the recipe, in any order. */
  readonly tags: readonly Tag[];
  /** Release notes, also of versions without a tag. */
  readonly notes: Readonly<Record<string, string>>;
  /** Variables and secrets that a candidate needs and that have no value, in words. */
  readonly missing: Readonly<Record<string, readonly string[]>>;
  /** Versions that failed here. */
  readonly rejected: Readonly<Record<string, Rejection>>;
  /** Versions that an operator approved. */
  readonly approved: Readonly<Record<string, { readonly at: number }>>;
  readonly policy: Policy;
  readonly now: number;
}

/** A version that isn't applied. Its reasons are short and contain no age and no counter, so that two checks agree. */
export interface BlockedRelease {
  readonly version: string;
  readonly reasons: readonly string[];
  /** Versions whose notes an operator must read first, oldest first. */
  readonly notes: readonly string[];
  /** Whether an approval is enough: it gives no variable a value. */
  readonly approvable: boolean;
}

/** A tag that is not a candidate. */
export interface IgnoredTag {
  readonly version: string;
  readonly reason: string;
}

export interface ReleaseDecision {
  /** The version to run; undefined: none runs, and none may be deployed. */
  readonly version: string | undefined;
  /** What the next decision will be, if that goes further: an approved version is never skipped. */
  readonly afterwards: string | undefined;
  /** Newer versions that aren't applied automatically, oldest first, judged as if `version` ran. */
  readonly held: readonly BlockedRelease[];
  /** Tags newer than what runs that are not candidates. */
  readonly ignored: readonly IgnoredTag[];
}
