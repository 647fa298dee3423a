// The command lines of abra that hearth uses; every assumption about abra's flags is here (abra 0.13).

/** No question, no network: hearth feeds the recipe clone itself. */
const quiet = ["-n", "-o"];

export function versionArgv(): string[] {
  return ["--version"];
}

export function newArgv(recipe: string, domain: string, server: string): string[] {
  return ["app", "new", recipe, `--domain=${domain}`, `--server=${server}`, ...quiet];
}

/** From the recipe's clone as it stands, without moving it to a tag. */
export function newHereArgv(recipe: string, domain: string, server: string): string[] {
  return [...newArgv(recipe, domain, server), "-C"];
}

/** By tag; forced, since an app that is there is deployed over; without abra's converge check, which is impatient. */
export function deployArgv(domain: string, version: string): string[] {
  return ["app", "deploy", domain, version, ...quiet, "-f", "-c"];
}

/** As `deployArgv`, from the recipe's clone as it stands, whatever is in it. */
export function chaosArgv(domain: string): string[] {
  return ["app", "deploy", domain, ...quiet, "-f", "-c", "-C"];
}

export function undeployArgv(domain: string): string[] {
  return ["app", "undeploy", domain, "-n"];
}

/** Its .env, secrets and volumes too; refused while it is deployed. */
export function removeArgv(domain: string): string[] {
  return ["app", "remove", domain, "-n"];
}

export function secretGenerateArgv(domain: string, name: string, version: string): string[] {
  return ["app", "secret", "generate", domain, name, version, "-n"];
}

/** `file` holds the value, so that it never stands in argv. */
export function secretInsertArgv(domain: string, name: string, version: string, file: string): string[] {
  return ["app", "secret", "insert", domain, name, version, file, "-f", "-n"];
}

export function secretRemoveArgv(domain: string, name: string): string[] {
  return ["app", "secret", "rm", domain, name, "-n"];
}
