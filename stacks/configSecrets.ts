// Refuses secret values in hearth's configuration: pending, approve and a timer's recover read it without Pulumi's
// passphrase, and a WarmApp's inputs are part of the state.

/** The error for the keys that hold a secret value; undefined if none does. */
export function secretsMessage(keys: readonly string[]): string | undefined {
  if (keys.length === 0) return undefined;
  return (
    `${keys.join(", ")}: expected no secret value, because hearth reads its settings without Pulumi's passphrase; ` +
    "write a variable that is secret into the app's .env, name a file for a secret of the recipe " +
    "(hearth:apps.<recipe>.secrets.<name>.file), and set everything else without --secret"
  );
}

/** The keys of hearth's that hold a secret value, as Pulumi tells its program: not which value below a key is one. */
export function secretKeys(json = process.env["PULUMI_CONFIG_SECRET_KEYS"]): string[] {
  const keys = ((JSON.parse(json || "[]") as string[] | null) ?? []).map(key => key.replace(":config:", ":"));
  return keys.filter(key => key.startsWith("hearth:"));
}

/** Paths of the secret values in a stack's file, as `pulumi config set --secret` writes them: `{ secure: … }`. */
export function secretPaths(config: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(config).flatMap(([key, value]) => (key.startsWith("hearth:") ? pathsIn(key, value) : []));
}

function pathsIn(path: string, value: unknown): string[] {
  if (value === null || typeof value !== "object") return [];
  const entries = Object.entries(value);
  const [only] = entries;
  if (entries.length === 1 && only?.[0] === "secure" && typeof only[1] === "string") return [path];
  return entries.flatMap(([key, each]) => pathsIn(`${path}${Array.isArray(value) ? `[${key}]` : `.${key}`}`, each));
}
