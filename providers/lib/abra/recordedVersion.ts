// The recipe and version that abra records in an app's .env, in TYPE or, since January 2025, in RECIPE.

export interface RecordedVersion {
  readonly recipe: string;
  /** undefined: no version was recorded. */
  readonly version: string | undefined;
}

/** `env`: the variables of the app's .env. Undefined if neither key is set. RECIPE wins, but the one with a version. */
export function recordedVersion(env: Readonly<Record<string, string>>): RecordedVersion | undefined {
  const found = ["RECIPE", "TYPE"].flatMap(key => {
    const value = env[key] ?? "";
    const at = value.indexOf(":");
    if (value === "") return [];
    return [
      { recipe: at < 0 ? value : value.slice(0, at), version: at < 0 ? undefined : value.slice(at + 1) || undefined },
    ];
  });
  return found.find(({ version }) => version !== undefined) ?? found[0];
}
