// The one line that `check` prints of an app, every time.
import type { Choice } from "./release.ts";

export interface Line {
  readonly recipe: string;
  readonly running: string | undefined;
  readonly condition: string;
  readonly choice: Choice;
  /** Why upstream couldn't be asked. */
  readonly offline: string | undefined;
  /** Lightweight tags that are passed over. */
  readonly dropped: readonly string[];
}

/** `keycloak 10.7.1+26.4.0 healthy · next 10.8.0+26.5.0 will be applied · held 11.0.0+26.5.0: major of the recipe` */
export function line({ recipe, running, condition, choice, offline, dropped }: Line): string {
  const parts = [`${recipe}${running ? ` ${running}` : ""} ${condition}`];
  if (choice.version !== undefined && choice.version !== running) parts.push(`next ${choice.version} will be applied`);
  else if (condition !== "healthy") parts.push(`will be deployed at ${choice.version ?? "no version"}`);
  for (const { version, reasons } of choice.held) parts.push(`held ${version}: ${reasons.join(", ")}`);
  if (dropped.length > 0) parts.push(`passed over, no annotated tag: ${dropped.join(", ")}`);
  if (offline !== undefined) parts.push(`upstream wasn't asked: ${offline}`);
  return parts.join(" · ");
}
