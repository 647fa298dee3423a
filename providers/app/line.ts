// The one line that `check` prints of an app, every time.
import type { ReleaseDecision, PassedOver } from "./release.ts";

export interface Line {
  readonly recipe: string;
  readonly running: string | undefined;
  readonly condition: string;
  readonly choice: ReleaseDecision;
  /** What the next version brings along (`adds` of target.ts): `SMTP_PORT`, `secret smtp_password`. */
  readonly adds: readonly string[];
  /** Why upstream couldn't be asked; undefined where it was. */
  readonly offline: string | undefined;
}

/** Names of one kind that are told; the rest is a number. */
const TOLD = 3;

/** `keycloak 10.7.1+26.4.0 healthy · next 10.8.0+26.5.0 will be applied · held 11.0.0+26.5.0: major of the recipe · hearth approve keycloak 11.0.0+26.5.0` */
export function statusLine({ recipe, running, condition, choice, adds, offline }: Line): string {
  const { version, afterwards, held, passedOver } = choice;
  const brings = adds.length > 0 ? `, adds ${adds.join(", ")}` : "";
  const parts = [`${recipe}${running ? ` ${running}` : ""} ${condition}`];
  if (version !== undefined && version !== running) parts.push(`next ${version} will be applied${brings}`);
  else if (version === undefined) parts.push("no version can be deployed");
  else if (condition !== "healthy") parts.push(`will be deployed at ${version}`);
  if (afterwards !== undefined) parts.push(`then ${afterwards}`);
  for (const { version: name, reasons } of held) parts.push(`held ${name}: ${reasons.join(", ")}`);
  const approvable = held.findLast(hold => hold.approvable);
  if (approvable) parts.push(`hearth approve ${recipe} ${approvable.version}`);
  parts.push(...leftOut(passedOver));
  if (offline !== undefined) parts.push(`upstream wasn't asked: ${offline}`);
  return parts.join(" · ");
}

/** `passed over, no annotated tag: 10.7.10+26.4.0`, one for each reason. */
function leftOut(passedOver: readonly PassedOver[]): string[] {
  return Object.entries(Object.groupBy(passedOver, ({ reason }) => reason)).map(([reason, all = []]) => {
    const more = all.length > TOLD ? ` and ${all.length - TOLD} more` : "";
    const told = all.slice(-TOLD).map(({ version }) => version);
    return `passed over, ${reason}: ${told.join(", ")}${more}`;
  });
}
