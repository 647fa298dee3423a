// Which version to apply, which to hold, and why. Pure.
import { compareVersions, parseVersion, type RecipeVersion, type Tag } from "../lib/recipe/index.ts";

export interface Policy {
  readonly allow: "none" | "patch" | "minor" | "major";
  readonly minAgeHours: number;
  readonly notes: "any" | "none";
}

/** All that the choice depends on. Times are seconds since 1970; what is told of a version is by its whole name. */
export interface ReleaseContext {
  /** The version that runs; undefined where nothing does. */
  readonly running: string | undefined;
  /** Every tag of the recipe, fit or not, in any order. */
  readonly tags: readonly Tag[];
  /** Release notes, of versions with a tag or without. */
  readonly notes: Readonly<Record<string, string>>;
  /** What isn't there for a candidate, in sentences (`lacks` of target.ts). */
  readonly missing: Readonly<Record<string, readonly string[]>>;
  /** Those that failed here. */
  readonly rejected: Readonly<Record<string, { readonly at: number; readonly why: string }>>;
  /** Those that a person said yes to. */
  readonly approved: Readonly<Record<string, { readonly at: number }>>;
  readonly policy: Policy;
  readonly now: number;
}

/** A newer version that isn't applied. Its words hold no age and no counter, so that they are the same at each look. */
export interface BlockedRelease {
  readonly version: string;
  readonly reasons: readonly string[];
  /** Versions whose notes a person must read first, oldest first. */
  readonly notes: readonly string[];
  /** Whether an approval is all that it takes: it gives no variable a value. */
  readonly approvable: boolean;
}

export interface PassedOver {
  readonly version: string;
  readonly reason: string;
}

export interface ReleaseDecision {
  /** The version to be at: the running one where none newer may be applied. undefined: nothing runs, and nothing may be deployed. */
  readonly version: string | undefined;
  /** What the choice after this one will be, where that goes further: an approved version is never jumped over. */
  readonly afterwards: string | undefined;
  /** Newer ones that nothing applies by itself, oldest first, as told at `version`: so the words are the same before the step and after it. */
  readonly held: readonly BlockedRelease[];
  /** Tags that are no candidates at all: none that is older than what runs. */
  readonly passedOver: readonly PassedOver[];
}

/**
 * The newest version below the first hold, or the newest approved one if that is higher; never one that is lower than what runs.
 * Two kinds of hold. One *on the way* (a major, notes, youth, a moved tag) stops what is beyond it too. One *of the version
 * itself* (it failed here, it lacks something here) doesn't: the release that mends it may come by itself (P7).
 * An approval lifts every hold of that very version and of reaching it. Total: any text may stand anywhere.
 */
export function choose(situation: ReleaseContext): ReleaseDecision {
  const { version, held } = step(situation);
  const passedOver = unfit(situation);
  if (version === situation.running || version === undefined)
    return { version, afterwards: undefined, held, passedOver };
  const after = choose({ ...situation, running: version });
  return { version, afterwards: after.version === version ? undefined : after.version, held: after.held, passedOver };
}

/** Every version newer than `running` that may be thought of, oldest first; all of them where nothing runs or what runs is no version. */
export function candidates(running: string | undefined, tags: readonly Tag[]): string[] {
  return newer(running, tags).map(({ text }) => text);
}

function step(situation: ReleaseContext): { version: string | undefined; held: BlockedRelease[] } {
  const { running, tags } = situation;
  const judged = newer(running, tags).map(version => judge(version, situation));
  // Where nothing runs there is no way to go: the newest that may be deployed.
  const first = running === undefined ? -1 : judged.findIndex(({ onTheWay }) => onTheWay.length > 0);
  const barrier = first < 0 ? judged.length : first;
  const free = judged.findLast((each, at) => at < barrier && reasonsOf(each).length === 0);
  const approved = judged.findLast(each => each.approved);
  const found = judged.findLast(each => each === free || each === approved);
  return { version: found?.version.text ?? running, held: judged.map(each => hold(each, judged[barrier])) };
}

interface Judged {
  readonly version: RecipeVersion;
  readonly approved: boolean;
  readonly onTheWay: readonly string[];
  readonly itself: readonly string[];
  readonly notes: readonly string[];
  readonly approvable: boolean;
}

function judge(version: RecipeVersion, situation: ReleaseContext): Judged {
  const notes = crossed(situation, version);
  const lacks = situation.missing[version.text] ?? [];
  const about = { version, notes, approvable: lacks.length === 0 };
  // A moved tag too: what is applied is the tag as hearth saw it first, whether the yes came before it moved or after.
  if (isApproved(version.text, situation)) return { ...about, approved: true, onTheWay: [], itself: [] };
  return {
    ...about,
    approved: false,
    onTheWay: [
      ...stepReasons(version, situation),
      ...noteReasons(version, notes, situation),
      ...tagReasons(version, situation),
    ],
    itself: [...lacks, ...rejection(version, situation)],
  };
}

function hold(judged: Judged, barrier: Judged | undefined): BlockedRelease {
  const own = reasonsOf(judged);
  const reasons = own.length > 0 || barrier === undefined ? own : [`beyond ${barrier.version.text}, which is held`];
  return { version: judged.version.text, reasons, notes: judged.notes, approvable: judged.approvable };
}

function reasonsOf({ onTheWay, itself }: Judged): string[] {
  return [...onTheWay, ...itself];
}

/** A yes from before the version failed here says nothing any more. */
function isApproved(version: string, { approved, rejected }: ReleaseContext): boolean {
  const [yes, no] = [approved[version], rejected[version]];
  return yes !== undefined && (no === undefined || yes.at > no.at);
}

function stepReasons(next: RecipeVersion, { running, policy: { allow } }: ReleaseContext): string[] {
  if (running === undefined) return [];
  const now = parseVersion(running);
  if (!now) return [`the running version ${running} is no version`];
  const found: string[] = [];
  if (allow === "none") found.push("updates aren't allowed");
  if (allow !== "major") {
    if (next.recipe.major !== now.recipe.major) found.push("major of the recipe");
    else if (allow === "patch" && next.recipe.minor !== now.recipe.minor) found.push("minor of the recipe");
  }
  const [from, to] = [now.appVersion, next.appVersion];
  if (now.app === next.app) return found;
  if (!from || !to)
    return allow === "major"
      ? found
      : [...found, `the app's version ${next.app || "(none)"} can't be compared with ${now.app || "(none)"}`];
  if (allow !== "major") {
    if (to.major !== from.major) found.push("major of the app");
    else if (allow === "patch" && to.minor !== from.minor) found.push("minor of the app");
  }
  // Data that the newer app has migrated is none that the older one can be trusted with.
  if (to.compareMain(from) < 0) found.push("the app's version goes down");
  return found;
}

function noteReasons(next: RecipeVersion, notes: readonly string[], { policy }: ReleaseContext): string[] {
  if (policy.notes === "none") return [];
  return notes.map(version => (version === next.text ? "release notes" : `release notes of ${version}`));
}

/** By the notes' own names: one whose tag is missing, moved or lightweight is crossed all the same. */
function crossed({ running, notes }: ReleaseContext, next: RecipeVersion): string[] {
  const now = parseVersion(running ?? "");
  if (!now) return [];
  return Object.keys(notes)
    .map(parseVersion)
    .filter(version => version !== undefined)
    .filter(version => compareVersions(version, now) > 0 && compareVersions(version, next) <= 0)
    .toSorted(compareVersions)
    .map(version => version.text);
}

function tagReasons(next: RecipeVersion, { tags, policy: { minAgeHours }, now }: ReleaseContext): string[] {
  const tag = tags.find(({ name }) => name === next.text);
  const found: string[] = [];
  if (minAgeHours > 0 && !(now - (tag?.time ?? now) >= minAgeHours * 3600)) found.push(`younger than ${minAgeHours} h`);
  if (tag?.moved) found.push("its tag moved upstream");
  return found;
}

function rejection(next: RecipeVersion, { rejected }: ReleaseContext): string[] {
  const why = rejected[next.text]?.why.replaceAll(/\s+/g, " ").trim().slice(0, 200).toWellFormed();
  return why === undefined ? [] : [why === "" ? "rejected here" : `rejected here: ${why}`];
}

function newer(running: string | undefined, tags: readonly Tag[]): RecipeVersion[] {
  const now = parseVersion(running ?? "");
  const fit = tags.filter(tag => unfitness(tag) === undefined).map(tag => parseVersion(tag.name)!);
  const once = [...new Map(fit.map(version => [version.text, version])).values()];
  return once
    .filter(version => (now ? compareVersions(version, now) > 0 : version.text !== running))
    .toSorted(compareVersions);
}

function unfit({ running, tags }: ReleaseContext): PassedOver[] {
  const now = parseVersion(running ?? "");
  return tags.flatMap(tag => {
    const version = parseVersion(tag.name);
    const reason = unfitness(tag);
    return reason === undefined || (now && version && compareVersions(version, now) <= 0)
      ? []
      : [{ version: tag.name, reason }];
  });
}

function unfitness({ name, annotated, gone }: Tag): string | undefined {
  const version = parseVersion(name);
  if (!version) return "no version of a recipe";
  if (!annotated) return "no annotated tag";
  if (version.recipe.prerelease.length > 0) return "a pre-release";
  return gone ? "dropped upstream" : undefined;
}
