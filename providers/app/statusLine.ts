// Formats the line that every `check` prints for an app.
import { HEALTHY, isUnreachable } from "../lib/health/index.ts";
import { printable, shortReason } from "../lib/reason.ts";
import { type EnvDrift, keysToSet } from "./envDrift.ts";
import { describeHold } from "./release.ts";
import type { IgnoredTag, ReleaseDecision } from "./releaseTypes.ts";

export interface AppStatus {
  readonly recipe: string;
  readonly running: string | undefined;
  readonly condition: string;
  readonly choice: ReleaseDecision;
  /** Variables and secrets that the next version adds: `SMTP_PORT`, `secret smtp_password`. */
  readonly adds: readonly string[];
  readonly drift: EnvDrift;
  /** Why upstream couldn't be reached; undefined if it was. */
  readonly offline: string | undefined;
  /** Why `check` refuses the next version; undefined if it doesn't. */
  readonly failure: string | undefined;
}

/** Ignored tags listed by name per reason; the others are counted. */
const NAMED_TAGS = 3;

/**
 * `keycloak 10.7.1+26.4.0 healthy · next 10.8.0+26.5.0 will be applied · held 11.0.0+26.5.0: major of the recipe ·
 * hearth approve keycloak 11.0.0+26.5.0`
 */
export function statusLine(status: AppStatus): string {
  const { recipe, running, condition, choice, drift, offline } = status;
  const approvable = choice.held.findLast(hold => hold.approvable);
  const line = [
    `${recipe}${running ? ` ${running}` : ""} ${condition}`,
    nextStep(status),
    isApplied(status) && choice.afterwards && `then ${choice.afterwards}`,
    drift.held !== undefined && `${drift.keys.join(", ")} of its .env stays as it is: ${drift.held}`,
    ...choice.held.map(hold => `held ${describeHold(hold)}`),
    approvable && `hearth approve ${recipe} ${approvable.version}`,
    ...ignored(choice.ignored),
    offline !== undefined && `upstream unreachable: ${shortReason(offline)}`,
  ]
    .filter(Boolean)
    .join(" · ");
  return printable(line).replaceAll(/\s+/g, " ");
}

/** Whether the next `up` goes to the chosen version: a broken app waits for an operator. */
export function isApplied({
  condition,
  choice,
  failure,
}: Pick<AppStatus, "condition" | "choice" | "failure">): boolean {
  return condition !== "broken" && choice.version !== undefined && failure === undefined;
}

/** The version that the next `up` deploys, also if only its .env changes; undefined if it deploys none. */
export function nextVersion(
  status: Pick<AppStatus, "running" | "condition" | "choice" | "drift" | "failure">,
): string | undefined {
  const { running, condition, choice, drift } = status;
  const isWell = condition === HEALTHY || isUnreachable(condition);
  const isDue = choice.version !== running || !isWell || keysToSet(drift).length > 0;
  return isDue && isApplied(status) ? choice.version : undefined;
}

function nextStep(status: AppStatus): string | undefined {
  const { running, condition, choice, adds, drift, failure } = status;
  const { version } = choice;
  const keys = keysToSet(drift).join(", ");
  const sets = keys === "" ? "" : `, sets ${keys} in its .env`;
  if (condition === "broken") return undefined;
  if (version === undefined) return "no version can be deployed";
  if (failure !== undefined) return `can't be deployed: ${shortReason(failure)}`;
  if (version !== running)
    return `next ${version} will be applied${adds.length > 0 ? `, adds ${adds.join(", ")}` : ""}${sets}`;
  if (condition !== HEALTHY && !isUnreachable(condition)) return `will be deployed at ${version}${sets}`;
  if (keys !== "") return `will be redeployed to set ${keys} in its .env`;
  return condition === HEALTHY ? undefined : "isn't redeployed: only the route fails";
}

/** `ignored, not an annotated tag: 10.7.10+26.4.0`, once for each reason. */
function ignored(tags: readonly IgnoredTag[]): string[] {
  return Object.entries(Object.groupBy(tags, ({ reason }) => reason)).map(([reason, all = []]) => {
    const more = all.length > NAMED_TAGS ? ` and ${all.length - NAMED_TAGS} more` : "";
    const named = all.slice(-NAMED_TAGS).map(({ version }) => version);
    return `ignored, ${reason}: ${named.join(", ")}${more}`;
  });
}
