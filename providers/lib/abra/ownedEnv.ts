// The variables of an app's .env that hearth sets; every other line is the operator's or the recipe's.
import { setEnv } from "../env/index.ts";

interface OwnedApp {
  readonly domain: string;
  readonly env: Readonly<Record<string, string>>;
}

/** Disables Let's Encrypt unless `env` enables it: recipes default to `production`, which has rate limits. */
export function ownedEnv(app: OwnedApp): Record<string, string> {
  return { LETS_ENCRYPT_ENV: "", ...app.env, DOMAIN: app.domain };
}

/** Returns the .env `text` with hearth's variables set. */
export function withOwnedEnv(text: string, app: OwnedApp): string {
  return Object.entries(ownedEnv(app)).reduce((result, [key, value]) => setEnv(result, key, value), text);
}
