// Which version to apply, which to hold, and why. Pure.
import { compareVersions, parseVersion, type RecipeVersion } from "../abra/version.ts";

export interface Policy {
  readonly allow: "none" | "patch" | "minor" | "major";
  readonly minAgeHours: number;
  readonly notes: "any" | "none";
}

export interface Candidate {
  readonly name: string;
  /** When its tag was made, in seconds since 1970. */
  readonly time: number;
}

export interface Situation {
  /** The version that runs; undefined where nothing does. */
  readonly running: string | undefined;
  /** Every annotated tag of the recipe. */
  readonly tags: readonly Candidate[];
  /** Versions with release notes. */
  readonly noted: readonly string[];
  readonly policy: Policy;
  /** Seconds since 1970. */
  readonly now: number;
}

export interface Choice {
  /** The version to be at: the running one where none newer may be applied. undefined: the recipe has no version at all. */
  readonly version: string | undefined;
  /** Newer ones that aren't applied, oldest first, each with its reasons. */
  readonly held: readonly { readonly version: string; readonly reasons: readonly string[] }[];
}

/** The newest version below the first hold, and all that is held beyond it. Never goes down. */
export function choose(situation: Situation): Choice {
  const { running, tags } = situation;
  const released = tags
    .map(tag => parseVersion(tag.name))
    .filter(version => version !== undefined && version.recipe.prerelease.length === 0) as RecipeVersion[];
  const known = released.toSorted(compareVersions);
  if (running === undefined) return { version: known.at(-1)?.text, held: [] };

  const now = parseVersion(running);
  if (!now) return { version: running, held: known.map(version => ({ version: version.text, reasons: [`the running version ${running} is no version`] })) };

  const newer = known.filter(version => compareVersions(version, now) > 0);
  const judged = newer.map(version => ({ version: version.text, reasons: reasonsToHold(now, version, newer, situation) }));
  const firstHold = judged.findIndex(({ reasons }) => reasons.length > 0);
  const free = firstHold < 0 ? judged : judged.slice(0, firstHold);
  const beyond = firstHold < 0 ? [] : judged.slice(firstHold);
  return {
    version: free.at(-1)?.version ?? running,
    held: beyond.map(({ version, reasons }) => ({ version, reasons: reasons.length > 0 ? reasons : [`beyond ${beyond[0]!.version}, which is held`] })),
  };
}

function reasonsToHold(now: RecipeVersion, next: RecipeVersion, newer: readonly RecipeVersion[], { policy, noted, tags, now: clock }: Situation): string[] {
  const found: string[] = [];
  if (policy.allow === "none") found.push("updates aren't allowed");
  if (policy.allow !== "major") {
    if (next.recipe.major !== now.recipe.major) found.push("major of the recipe");
    else if (policy.allow === "patch" && next.recipe.minor !== now.recipe.minor) found.push("minor of the recipe");
    if (!sameMajor(now, next)) found.push("major of the app");
  }
  if (policy.notes === "any") {
    const crossed = newer.filter(version => compareVersions(version, next) <= 0 && noted.includes(version.text));
    for (const version of crossed) found.push(version === next ? "release notes" : `release notes of ${version.text}`);
  }
  const made = tags.find(tag => tag.name === next.text)?.time ?? clock;
  if (clock - made < policy.minAgeHours * 3600) found.push(`younger than ${policy.minAgeHours} h`);
  return found;
}

/** An app version that doesn't parse can't be told to be of the same major, unless it is the same text. */
function sameMajor(a: RecipeVersion, b: RecipeVersion): boolean {
  if (a.app === b.app) return true;
  return a.appVersion !== undefined && b.appVersion !== undefined && a.appVersion.major === b.appVersion.major;
}
