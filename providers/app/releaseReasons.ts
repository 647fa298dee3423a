// The reasons that hold a version, and the tags that are no candidates. Pure: no age and no counter in the words.
import { compareVersions, parseVersion, prereleaseSign, type RecipeVersion, type Tag } from "../lib/recipe/index.ts";
import { shorten, shortReason } from "../lib/reason.ts";
import type { Policy, Rejection, ReleaseContext } from "./releaseTypes.ts";

/** What also holds the versions beyond `next`. `notes`: versions with release notes on the path to it. */
export function pathReasons(next: RecipeVersion, notes: readonly string[], context: ReleaseContext): string[] {
  return [...stepReasons(next, context), ...noteReasons(next, notes, context.policy), ...tagReasons(next, context)];
}

/** What holds only `next`: a pre-release of the app, a value missing here, or that it failed here. */
export function versionReasons(next: RecipeVersion, { running, missing, rejected }: ReleaseContext): string[] {
  const current = parseVersion(running ?? "")?.app ?? "";
  return [
    ...prereleaseReasons(next.app, current),
    ...(missing[next.text] ?? []),
    ...rejectionReasons(rejected[next.text]),
  ];
}

/** A word that hearth doesn't know may mark a pre-release, unless `current` has it too: an operator can approve it. */
function prereleaseReasons(app: string, current: string): string[] {
  const sign = prereleaseSign(app, current);
  if (sign === undefined) return [];
  return [sign.isKnown ? "a pre-release of the app" : `maybe a pre-release of the app: ${shorten(sign.token, 24)}`];
}

/** Versions with release notes that the step to `next` crosses, by the notes' own names: their tags may be missing. */
export function notesCrossed(next: RecipeVersion, { running, notes }: ReleaseContext): string[] {
  const current = parseVersion(running ?? "");
  if (!current) return [];
  return Object.keys(notes)
    .map(parseVersion)
    .filter(version => version !== undefined)
    .filter(version => compareVersions(version, current) > 0 && compareVersions(version, next) <= 0)
    .toSorted(compareVersions)
    .map(version => version.text);
}

/** Why a tag is not a candidate; undefined if it is one. */
export function unfitReason({ name, annotated, gone }: Tag): string | undefined {
  const version = parseVersion(name);
  if (!version) return "not a recipe version";
  if (!annotated) return "not an annotated tag";
  if (version.recipe.prerelease.length > 0) return "a pre-release";
  return gone ? "dropped upstream" : undefined;
}

function stepReasons(next: RecipeVersion, { running, policy }: ReleaseContext): string[] {
  if (running === undefined) return [];
  const current = parseVersion(running);
  if (!current) return [`the running version ${running} is not a recipe version`];
  const updates = policy.allow === "none" ? ["updates aren't allowed"] : [];
  return [...updates, ...recipeReasons(current, next, policy), ...appReasons(current, next, policy)];
}

function recipeReasons(current: RecipeVersion, next: RecipeVersion, { allow }: Policy): string[] {
  if (allow === "major") return [];
  if (next.recipe.major !== current.recipe.major) return ["major of the recipe"];
  return allow === "patch" && next.recipe.minor !== current.recipe.minor ? ["minor of the recipe"] : [];
}

function appReasons(current: RecipeVersion, next: RecipeVersion, { allow }: Policy): string[] {
  if (current.app === next.app) return [];
  const [from, to] = [current.appVersion, next.appVersion];
  if (!from || !to) {
    const reason = `the app's version ${next.app || "(none)"} can't be compared with ${current.app || "(none)"}`;
    return allow === "major" ? [] : [reason];
  }
  const reasons: string[] = [];
  if (allow !== "major" && to.major !== from.major) reasons.push("major of the app");
  else if (allow === "patch" && to.minor !== from.minor) reasons.push("minor of the app");
  // The older app may not be able to read migrated data.
  if (to.compareMain(from) < 0) reasons.push("the app's version goes down");
  return reasons;
}

function noteReasons(next: RecipeVersion, notes: readonly string[], policy: Policy): string[] {
  if (policy.notes === "none") return [];
  return notes.map(version => (version === next.text ? "release notes" : `release notes of ${version}`));
}

function tagReasons(next: RecipeVersion, { tags, policy: { minAgeHours }, now }: ReleaseContext): string[] {
  const tag = tags.find(({ name }) => name === next.text);
  const age = now - (tag?.firstSeen ?? now);
  return [
    // Written so that an age that can't be computed counts as too young.
    ...(minAgeHours > 0 && !(age >= minAgeHours * 3600) ? [`younger than ${minAgeHours} h`] : []),
    ...(tag?.moved ? ["its tag moved upstream"] : []),
  ];
}

/** `failed here on 27 Nov: app exits 143, unhealthy`; the day in UTC. */
export function rejectionReasons(rejection: Rejection | undefined): string[] {
  if (rejection === undefined) return [];
  const day = new Date(rejection.at * 1000);
  const when = Number.isNaN(day.getTime()) ? "" : ` on ${day.getUTCDate()} ${MONTHS[day.getUTCMonth()]}`;
  const why = shortReason(rejection.why);
  return [`failed here${when}${why === "" ? "" : `: ${why}`}`];
}

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
