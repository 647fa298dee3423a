// Builds abra's command lines. Every assumption about abra's flags is in this file (abra 0.13).

/** No prompts, no network: hearth updates the recipe clone itself. */
const offline = ["-n", "-o"];

export function versionArgv(): string[] {
  return ["--version"];
}

export function newArgv(recipe: string, domain: string, server: string): string[] {
  return ["app", "new", recipe, `--domain=${domain}`, `--server=${server}`, ...offline];
}

/** As `newArgv`, from the recipe clone's current files; abra checks out no tag. */
export function newHereArgv(recipe: string, domain: string, server: string): string[] {
  return [...newArgv(recipe, domain, server), "-C"];
}

/** Deploys a tag. `-f` allows an app that is already deployed; `-c` skips abra's converge check: its limit is short. */
export function deployArgv(domain: string, version: string): string[] {
  return ["app", "deploy", domain, version, ...offline, "-f", "-c"];
}

/** As `deployArgv`, from the recipe clone's current files. */
export function chaosArgv(domain: string): string[] {
  return ["app", "deploy", domain, ...offline, "-f", "-c", "-C"];
}

export function undeployArgv(domain: string): string[] {
  return ["app", "undeploy", domain, "-n"];
}

/** Removes the app with its .env, secrets and volumes. abra refuses while it is deployed. */
export function removeArgv(domain: string): string[] {
  return ["app", "remove", domain, "-n"];
}

export function secretGenerateArgv(domain: string, name: string, version: string): string[] {
  return ["app", "secret", "generate", domain, name, version, "-n"];
}

/** `file` contains the value: in argv, every process could read it. */
export function secretInsertArgv(domain: string, name: string, version: string, file: string): string[] {
  return ["app", "secret", "insert", domain, name, version, file, "-f", "-n"];
}

export function secretRemoveArgv(domain: string, name: string): string[] {
  return ["app", "secret", "rm", domain, name, "-n"];
}
