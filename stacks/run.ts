// A run's stack: one realm on the warm Keycloak.
import * as pulumi from "@pulumi/pulumi";
import { Realm } from "../providers/realm/index.ts";
import { appDomain, keptDomain, runName, type Run } from "../providers/run/names.ts";
import type { Config } from "./config.ts";

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
  return {
    realm: name,
    keycloak: "warm",
    issuer: realm.issuer,
    discoveryUrl: realm.discoveryUrl,
    clientId: realm.clientId,
    clientSecret: pulumi.secret(realm.clientSecret),
    username: realm.username,
    password: pulumi.secret(realm.password),
    summary: pulumi.interpolate`keycloak ${domain}, warm · realm ${name}`,
  };
}
