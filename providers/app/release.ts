// Which version to apply, which to hold, and why. Pure.
import { compareVersions, parseVersion, type RecipeVersion, type Tag } from "../lib/recipe/index.ts";
import { shortReason } from "../lib/reason.ts";
import type { BlockedRelease, IgnoredTag, ReleaseContext, ReleaseDecision } from "./releaseTypes.ts";
import { notesCrossed, pathReasons, rejectionReasons, unfitReason, versionReasons } from "./releaseReasons.ts";

/**
 * The newest version below the first hold, or the newest approved one if that is higher; never lower than what runs.
 *
 * There are two kinds of hold. Reasons on the path (a major, notes, minimum age, a moved tag) also hold every version
 * beyond. Reasons of the version itself (rejected here, a value missing here) don't, so that the release that fixes it
 * is applied automatically. An approval lifts every hold of that version and of the path to it.
 */
export function choose(context: ReleaseContext): ReleaseDecision {
  const { version, held } = chooseStep(context);
  const ignored = ignoredTags(context);
  if (version === context.running || version === undefined) return { version, afterwards: undefined, held, ignored };
  const next = choose({ ...context, running: version });
  return { version, afterwards: next.version === version ? undefined : next.version, held: next.held, ignored };
}

/** Every version newer than `running`, oldest first; all of them if nothing runs, or what runs has no valid version. */
export function candidates(running: string | undefined, tags: readonly Tag[]): string[] {
  return newerVersions(running, tags).map(({ text }) => text);
}

/** `11.0.0+26.5.0: major of the recipe`; many reasons are counted. */
export function describeHold({ version, reasons }: BlockedRelease): string {
  return `${version}: ${describeReasons(reasons)}`;
}

export function describeReasons(reasons: readonly string[]): string {
  const more = reasons.length > NAMED_REASONS ? ` and ${reasons.length - NAMED_REASONS} more` : "";
  return `${reasons.slice(0, NAMED_REASONS).join(", ")}${more}`;
}

const NAMED_REASONS = 4;

/**
 * The hold of a version that failed here and wasn't approved since; undefined if it has none. It also holds a version
 * that is configured: the same failing version isn't tried again by every `up`.
 */
export function rejectionOf(version: string, context: ReleaseContext): BlockedRelease | undefined {
  if (!Object.hasOwn(context.rejected, version) || isApproved(version, context)) return undefined;
  const reasons = rejectionReasons(context.rejected[version]).map(shortReason);
  return { version, reasons, notes: [], approvable: true };
}

interface Candidate {
  readonly version: RecipeVersion;
  readonly approved: boolean;
  readonly onPath: readonly string[];
  readonly ofVersion: readonly string[];
  readonly notes: readonly string[];
  readonly approvable: boolean;
}

function chooseStep(context: ReleaseContext): { version: string | undefined; held: BlockedRelease[] } {
  const { running, tags } = context;
  const all = newerVersions(running, tags).map(version => evaluate(version, context));
  // Without a running version there is no path: the newest deployable one.
  const firstHold = running === undefined ? -1 : all.findIndex(({ onPath }) => onPath.length > 0);
  const barrier = firstHold < 0 ? all.length : firstHold;
  const free = all.findLast((each, at) => at < barrier && reasonsOf(each).length === 0);
  const approved = all.findLast(each => each.approved);
  const chosen = all.findLast(each => each === free || each === approved);
  return { version: chosen?.version.text ?? running, held: all.map(each => blockedRelease(each, all[barrier])) };
}

function evaluate(version: RecipeVersion, context: ReleaseContext): Candidate {
  const notes = notesCrossed(version, context);
  const approvable = (context.missing[version.text] ?? []).length === 0;
  // Covers a moved tag too: what is applied is the tag as hearth first saw it.
  if (isApproved(version.text, context))
    return { version, notes, approvable, approved: true, onPath: [], ofVersion: [] };
  return {
    version,
    notes,
    approvable,
    approved: false,
    onPath: pathReasons(version, notes, context),
    ofVersion: versionReasons(version, context),
  };
}

function blockedRelease(candidate: Candidate, barrier: Candidate | undefined): BlockedRelease {
  const own = reasonsOf(candidate);
  const all = own.length > 0 || barrier === undefined ? own : [`beyond ${barrier.version.text}, which is held`];
  const reasons = all.map(shortReason);
  return { version: candidate.version.text, reasons, notes: candidate.notes, approvable: candidate.approvable };
}

function reasonsOf({ onPath, ofVersion }: Candidate): string[] {
  return [...onPath, ...ofVersion];
}

/** An approval from before the version failed here no longer counts. */
function isApproved(version: string, { approved, rejected }: ReleaseContext): boolean {
  const [approval, rejection] = [approved[version], rejected[version]];
  return approval !== undefined && (rejection === undefined || approval.at > rejection.at);
}

function newerVersions(running: string | undefined, tags: readonly Tag[]): RecipeVersion[] {
  const current = parseVersion(running ?? "");
  const fit = tags.filter(tag => unfitReason(tag) === undefined).map(tag => parseVersion(tag.name)!);
  const unique = [...new Map(fit.map(version => [version.text, version])).values()];
  const isNewer = (version: RecipeVersion) =>
    current ? compareVersions(version, current) > 0 : version.text !== running;
  return unique.filter(isNewer).toSorted(compareVersions);
}

function ignoredTags({ running, tags }: ReleaseContext): IgnoredTag[] {
  const current = parseVersion(running ?? "");
  return tags.flatMap(tag => {
    const version = parseVersion(tag.name);
    const reason = unfitReason(tag);
    const isOld = current && version && compareVersions(version, current) <= 0;
    return reason === undefined || isOld ? [] : [{ version: tag.name, reason }];
  });
}
