// A run's realm, on the warm Keycloak or on a dedicated one.
import { keycloakRecipe, profileOf } from "../providers/app/profiles/index.ts";
import { Realm } from "../providers/realm/index.ts";
import { RunApp } from "../providers/runApp/index.ts";
import { fillAll } from "./recipes.ts";
import type { LeasedPlan } from "./runPlan.ts";
import { warmKeycloak } from "./warmApps.ts";

/** A Keycloak for this run alone, at the warm one's last good version; `latest` if none is known. */
export function dedicatedKeycloak({ name, config, dedicatedDomain, lease }: LeasedPlan): RunApp {
  const { env = {}, health = {} } = config.apps[keycloakRecipe] ?? {};
  return new RunApp(
    "keycloak",
    {
      recipe: keycloakRecipe,
      domain: dedicatedDomain,
      server: config.server,
      stateDir: config.stateDir,
      version: lease.keycloakVersion.apply(version => version || "latest"),
      env,
      health: { stableFor: 3, ...health, ...profileOf(keycloakRecipe).health(dedicatedDomain) },
      run: name,
    },
    { dependsOn: lease },
  );
}

/** The run's realm, named like the run; it takes the settings that the recipe needs. */
export function runRealm(plan: LeasedPlan, dedicated: RunApp | undefined): Realm {
  const { name, config, appDomain, lease } = plan;
  const keycloakDomain = dedicated ? plan.dedicatedDomain : warmKeycloak(config).domain;
  const issuer = `https://${keycloakDomain}/realms/${name}`;
  const values = { issuer, realm: name, domain: appDomain, keycloakDomain, run: name };
  const { clients, user, ...settings } = fillAll(plan.settings.realm, values);
  const origin = `https://${appDomain}`;
  return new Realm(
    name,
    {
      keycloak: { domain: keycloakDomain },
      name,
      run: name,
      stateDir: config.stateDir,
      // The app under test, and tests that listen on loopback.
      client: { redirectUris: [`${origin}/*`, "http://localhost/*", "http://127.0.0.1/*"], webOrigins: [origin] },
      user,
      clients,
      settings,
    },
    // Removing a dedicated Keycloak removes its realm.
    dedicated ? { dependsOn: dedicated, deletedWith: dedicated } : { dependsOn: lease },
  );
}
