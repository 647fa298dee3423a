// The app under test, configured with the values of its realm.
import * as pulumi from "@pulumi/pulumi";
import type { Realm } from "../providers/realm/index.ts";
import { RunApp } from "../providers/runApp/index.ts";
import { fill, isSecret, type Values } from "./recipes.ts";
import type { LeasedPlan } from "./runPlan.ts";

/** Deploys the run's recipe once its realm exists. Values that contain a secret stay secret. */
export function appUnderTest(plan: LeasedPlan, realm: Realm | undefined): RunApp {
  const { config, settings, lease } = plan;
  const values = fieldValues(plan, realm);
  const filled = (templates: Values) => values.apply(known => fillEach(templates, known));
  const hasSecret = Object.values(settings.env).some(isSecret);
  return new RunApp(
    "app",
    {
      recipe: plan.run.recipe,
      domain: plan.appDomain,
      server: config.server,
      stateDir: config.stateDir,
      version: settings.version,
      env: hasSecret ? pulumi.secret(filled(settings.env)) : filled(settings.env),
      secretValues: filled(settings.secrets),
      health: settings.health,
      run: plan.name,
      ...(config.checkout === undefined ? {} : { checkout: config.checkout }),
    },
    { dependsOn: realm ? [lease, realm] : [lease] },
  );
}

/** Values by field. Without a realm its fields are absent, and stay unfilled. */
function fieldValues({ appDomain, name }: LeasedPlan, realm: Realm | undefined): pulumi.Output<Values> {
  const known: Record<string, string> = { domain: appDomain, run: name };
  if (!realm) return pulumi.output(known);
  const { issuer, discoveryUrl, clientId, clientSecret, username, password } = realm;
  const keycloakDomain = issuer.apply(url => new URL(url).host);
  const login = { clientId, clientSecret, username, password };
  return pulumi.all({ ...known, issuer, discoveryUrl, realm: realm.name, keycloakDomain, ...login });
}

function fillEach(templates: Values, values: Values): Record<string, string> {
  return Object.fromEntries(Object.entries(templates).map(([key, text]) => [key, fill(text, values)]));
}
