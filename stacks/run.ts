// A run's stack: one realm on the warm Keycloak.
import * as pulumi from "@pulumi/pulumi";
import { stackOf } from "../providers/abra/names.ts";
import { parseVersion } from "../providers/abra/version.ts";
import { Realm } from "../providers/realm/index.ts";
import { appDomain, keptDomain, runName, type Run } from "../providers/run/names.ts";
import { servicesOf, versionLabel } from "../providers/swarm/stack.ts";
import type { Config } from "./config.ts";
import { tell } from "./tell.ts";

/** Declares the run's realm; gives back what its command is told. */
export function runStack(run: Run, config: Config): object {
  const name = runName(run);
  const domain = config.apps.keycloak?.domain ?? keptDomain("keycloak", config.baseDomain);
  const app = `https://${appDomain(run, config.baseDomain)}`;
  const realm = new Realm(name, {
    keycloak: { domain },
    name,
    run: name,
    stateDir: config.stateDir,
    // The run's own app, and tests that listen on loopback.
    client: { redirectUris: [`${app}/*`, "http://localhost/*", "http://127.0.0.1/*"], webOrigins: [app] },
  });
  const outputs = {
    realm: name,
    keycloak: "warm",
    issuer: realm.issuer,
    discoveryUrl: realm.discoveryUrl,
    clientId: realm.clientId,
    clientSecret: pulumi.secret(realm.clientSecret),
    username: realm.username,
    password: pulumi.secret(realm.password),
    summary: pulumi.interpolate`${keycloakAt(domain)}, warm · realm ${realm.name}`,
  };
  tell(outputs);
  return outputs;
}

/** `keycloak 26.4.0 (10.7.1)`: the app's version, and the recipe's. */
async function keycloakAt(domain: string): Promise<string> {
  const stack = stackOf(domain);
  const version = parseVersion(versionLabel(stack, await servicesOf(stack)) ?? "");
  return version ? `keycloak ${version.app} (${version.recipe.version})` : `keycloak at ${domain}`;
}
