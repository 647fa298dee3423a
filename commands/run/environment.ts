// The environment of a run's command. Pure.
import { type Run, runName } from "../../providers/lib/run/index.ts";
import type { RunOutputs } from "./outputs.ts";

type Variables = Readonly<Record<string, string | undefined>>;

/** Forwarded from the caller: what programs need to run, no secrets. */
const allowed = [
  "PATH|HOME|USER|LOGNAME|SHELL|PWD|TMPDIR|CI|TZ|LANG|LANGUAGE|LC_[A-Z]+",
  "TERM|COLORTERM|NO_COLOR|FORCE_COLOR",
  "NODE_EXTRA_CA_CERTS|SSL_CERT_FILE|SSL_CERT_DIR|CURL_CA_BUNDLE|REQUESTS_CA_BUNDLE",
].map(names => new RegExp(`^(${names})$`));

/** Never forwarded: grants access to other runs' state. */
const forbidden = /^(PULUMI_|DOCKER_|ABRA_)/;

/** A run's values: a login, and its app's address. */
export function ownVariables(run: Run, outputs: RunOutputs): Record<string, string> {
  const { appUrl, appDomain, ca } = outputs;
  return {
    ...(outputs.keycloak === "none"
      ? {}
      : {
          OIDC_ISSUER: outputs.issuer,
          OIDC_DISCOVERY_URL: outputs.discoveryUrl,
          OIDC_CLIENT_ID: outputs.clientId,
          OIDC_CLIENT_SECRET: outputs.clientSecret,
          OIDC_USERNAME: outputs.username,
          OIDC_PASSWORD: outputs.password,
          HEARTH_REALM: outputs.realm,
        }),
    HEARTH_RUN: runName(run),
    HEARTH_KEYCLOAK: outputs.keycloak,
    ...(appUrl === undefined ? {} : { HEARTH_APP_URL: appUrl }),
    ...(appDomain === undefined ? {} : { HEARTH_APP_DOMAIN: appDomain }),
    // The names that Node, OpenSSL, curl and Python's requests read.
    ...(ca === undefined
      ? {}
      : { HEARTH_CA: ca, NODE_EXTRA_CA_CERTS: ca, SSL_CERT_FILE: ca, CURL_CA_BUNDLE: ca, REQUESTS_CA_BUNDLE: ca }),
  };
}

/** Throws if `--env` names a variable that is never forwarded, or isn't set. */
export function commandEnvironment(
  caller: Variables,
  own: Record<string, string>,
  requested: readonly string[],
): Record<string, string> {
  const usual = Object.entries(caller).filter(
    (entry): entry is [string, string] => allowed.some(names => names.test(entry[0])) && entry[1] !== undefined,
  );
  return {
    ...Object.fromEntries(usual),
    ...Object.fromEntries(requested.map(text => forwarded(text, caller))),
    ...own,
  };
}

function forwarded(text: string, caller: Variables): [string, string] {
  const [, name = "", value] = /^([A-Za-z_]\w*)(?:=(.*))?$/s.exec(text) ?? [];
  if (name === "") throw new Error(`--env ${JSON.stringify(text)}: expected NAME or NAME=VALUE`);
  if (forbidden.test(name)) throw new Error(`--env ${name}: never forwarded to a run's command`);
  const found = value ?? caller[name];
  if (found === undefined) throw new Error(`--env ${name}: not set in this environment`);
  return [name, found];
}
