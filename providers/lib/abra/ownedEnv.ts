// The variables of an app's .env that hearth sets; every other line is the operator's or the recipe's.
import { parseEnv, setEnv } from "../env/index.ts";

interface OwnedApp {
  readonly domain: string;
  readonly env: Readonly<Record<string, string>>;
}

/** The configured variables, and the domain. */
function ownedEnv({ domain, env }: OwnedApp): Record<string, string> {
  return { ...env, DOMAIN: domain };
}

/** Names of the variables that hearth sets and that have another value in the .env `text`, or none. */
export function outdatedKeys(text: string, app: OwnedApp): string[] {
  const found = parseEnv(text);
  return Object.entries(ownedEnv(app)).flatMap(([key, value]) => (found[key] === value ? [] : [key]));
}

/** Returns the .env `text` with hearth's variables set. */
export function withOwnedEnv(text: string, app: OwnedApp): string {
  return Object.entries(ownedEnv(app)).reduce((result, [key, value]) => setEnv(result, key, value), text);
}

/**
 * Returns the .env `text`, which abra just made from the recipe's sample, with hearth's defaults and variables. Let's
 * Encrypt stays off unless it is configured: recipes default to `production`, which has rate limits.
 */
export function withDefaultEnv(text: string, app: OwnedApp): string {
  return withOwnedEnv(setEnv(text, "LETS_ENCRYPT_ENV", ""), app);
}
