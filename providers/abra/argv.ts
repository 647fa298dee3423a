// The command lines of abra that hearth uses; every assumption about abra's flags is here (abra 0.13).

/** No question, no network: hearth feeds the recipe clone itself. */
const quiet = ["-n", "-o"];

export function versionArgv(): string[] {
  return ["--version"];
}

export function newArgv(recipe: string, domain: string, server: string): string[] {
  return ["app", "new", recipe, `--domain=${domain}`, `--server=${server}`, ...quiet];
}

/** By tag; forced, since an app that is there is deployed over; without abra's converge check, which is impatient. */
export function deployArgv(domain: string, version: string): string[] {
  return ["app", "deploy", domain, version, ...quiet, "-f", "-c"];
}

export function undeployArgv(domain: string): string[] {
  return ["app", "undeploy", domain, "-n"];
}

export function secretGenerateArgv(domain: string, name: string, version: string): string[] {
  return ["app", "secret", "generate", domain, name, version, "-n"];
}

/** `file` holds the value, so that it never stands in argv. */
export function secretInsertArgv(domain: string, name: string, version: string, file: string): string[] {
  return ["app", "secret", "insert", domain, name, version, file, "-f", "-n"];
}
