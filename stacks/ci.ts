// A run's stack: its lease; then, as that decides, a Keycloak of its own; its realm; and the app under test.
import * as pulumi from "@pulumi/pulumi";
import { App } from "../providers/app/index.ts";
import { Lease } from "../providers/lease/index.ts";
import { Realm } from "../providers/realm/index.ts";
import { appDomain, dedicatedDomain, type Run, runName } from "../providers/lib/run/index.ts";
import type { Config } from "./config.ts";
import { keycloakRecipe, profileOf } from "../providers/app/profiles/index.ts";
import { warmKeycloak } from "./warmApps.ts";
import { fillAll, fill, isSecret, recipeSettings, type RecipeSettings } from "./recipes.ts";
import { sendOutputs } from "./sendOutputs.ts";

type Kind = "warm" | "dedicated" | "none";

/** What is made once it is known which Keycloak the run gets. */
interface Made {
  readonly realm?: Realm;
  readonly dedicated?: App;
  readonly app?: App;
}

/** Declares all that the run gets; gives back what its command is told. */
export function runStack(run: Run, config: Config): object {
  const name = runName(run);
  // Of a recipe that nothing is said of, nobody knows how to deploy it.
  const settings = config.recipes[run.recipe] ?? recipeSettings.parse({ deploy: false });
  const deploys = config.checkout !== undefined || settings.deploy;
  const needsKeycloak = settings.needs.includes("keycloak");
  const domain = appDomain(run, config.baseDomain);
  const lease = new Lease("lease", {
    run: name,
    mode: needsKeycloak ? config.keycloak : "none",
    keycloak: warmKeycloak(config),
    domains: [domain, dedicatedDomain(run, config.baseDomain)],
    dedicatedLimit: config.dedicatedLimit,
  });
  // A function, so that Pulumi doesn't look inside: one secret would make secrets of all outputs.
  const made = lease.keycloakKind.apply(kind => {
    const all = make({ run, config, settings, deploys, lease, kind });
    return () => all;
  });
  const of = <T>(choose: (all: Made) => pulumi.Output<T> | undefined) => made.apply(get => choose(get()));

  const login = {
    realm: of(({ realm }) => realm?.name),
    issuer: of(({ realm }) => realm?.issuer),
    discoveryUrl: of(({ realm }) => realm?.discoveryUrl),
    clientId: of(({ realm }) => realm?.clientId),
    clientSecret: pulumi.secret(of(({ realm }) => realm?.clientSecret)),
    username: of(({ realm }) => realm?.username),
    password: pulumi.secret(of(({ realm }) => realm?.password)),
  };
  const app = { appUrl: of(each => each.app?.url), appDomain: of(each => each.app?.domain) };
  const outputs = {
    keycloak: lease.keycloakKind,
    ...(needsKeycloak ? login : {}),
    ...(deploys ? app : {}),
    ...(config.ca === undefined ? {} : { ca: config.ca }),
    // What was deployed for this run alone; the kept Keycloak is none of it.
    deployCount: made.apply(get => [get().app, get().dedicated].filter(Boolean).length),
    keycloakVersion: lease.keycloakVersion,
    keycloakSince: lease.keycloakSince,
  };
  sendOutputs(outputs);
  return outputs;
}

interface Making {
  readonly run: Run;
  readonly config: Config;
  readonly settings: RecipeSettings;
  readonly deploys: boolean;
  readonly lease: Lease;
  readonly kind: Kind;
}

/** The realm before the app's single deploy: its secrets are there when the app starts. */
function make(making: Making): Made {
  const { kind, deploys } = making;
  const dedicated = kind === "dedicated" ? dedicatedKeycloak(making) : undefined;
  const realm = kind === "none" ? undefined : ownRealm(making, dedicated);
  const app = deploys ? appUnderTest(making, realm) : undefined;
  return { ...(realm && { realm }), ...(dedicated && { dedicated }), ...(app && { app }) };
}

/** The same Keycloak as the kept one's last good, for this run alone. */
function dedicatedKeycloak({ run, config, lease }: Making): App {
  const domain = dedicatedDomain(run, config.baseDomain);
  const { env = {}, health = {} } = config.apps[keycloakRecipe] ?? {};
  return new App(
    "keycloak",
    {
      recipe: keycloakRecipe,
      domain,
      server: config.server,
      stateDir: config.stateDir,
      version: lease.keycloakVersion.apply(version => version || "latest"),
      env,
      health: { stableFor: 3, ...health, ...profileOf(keycloakRecipe).health(domain) },
      lifetime: "run",
      run: runName(run),
    },
    { dependsOn: lease },
  );
}

function ownRealm({ run, config, settings, lease }: Making, dedicated: App | undefined): Realm {
  const name = runName(run);
  const domain = appDomain(run, config.baseDomain);
  const keycloakDomain = dedicated ? dedicatedDomain(run, config.baseDomain) : warmKeycloak(config).domain;
  const known = { issuer: `https://${keycloakDomain}/realms/${name}`, realm: name, domain, keycloakDomain, run: name };
  const { clients, user, ...rest } = fillAll(settings.realm, known);
  const app = `https://${domain}`;
  return new Realm(
    name,
    {
      keycloak: { domain: keycloakDomain, adminUsername: adminOf(config) },
      name,
      run: name,
      stateDir: config.stateDir,
      // The run's own app, and tests that listen on loopback.
      client: { redirectUris: [`${app}/*`, "http://localhost/*", "http://127.0.0.1/*"], webOrigins: [app] },
      user,
      clients,
      settings: rest,
    },
    // A Keycloak of the run's own takes its realm with it.
    dedicated ? { dependsOn: dedicated, deletedWith: dedicated } : { dependsOn: lease },
  );
}

function adminOf({ apps }: Config): string {
  return profileOf(keycloakRecipe).adminName(apps[keycloakRecipe]?.env ?? {});
}

function appUnderTest({ run, config, settings, lease }: Making, realm: Realm | undefined): App {
  const domain = appDomain(run, config.baseDomain);
  const filled = (texts: Readonly<Record<string, string>>) =>
    values(domain, run, realm).apply(each => mapped(texts, text => fill(text, each)));
  const { env, secrets } = settings;
  const wanted = Object.values(env).some(isSecret) ? pulumi.secret(filled(env)) : filled(env);
  return new App(
    "app",
    {
      recipe: run.recipe,
      domain,
      server: config.server,
      stateDir: config.stateDir,
      version: settings.version,
      env: wanted,
      secretValues: pulumi.secret(filled(secrets)),
      health: settings.health,
      lifetime: "run",
      run: runName(run),
      ...(config.checkout === undefined ? {} : { checkout: config.checkout }),
    },
    { dependsOn: realm ? [lease, realm] : [lease] },
  );
}

/** Without a realm, what is its own stays as written. */
function values(domain: string, run: Run, realm: Realm | undefined): pulumi.Output<Record<string, string>> {
  const own: Record<string, string> = { domain, run: runName(run) };
  if (!realm) return pulumi.output(own);
  const { issuer, discoveryUrl, name, clientId, clientSecret, username, password } = realm;
  const keycloakDomain = issuer.apply(url => new URL(url).host);
  return pulumi.all({
    ...own,
    issuer,
    discoveryUrl,
    realm: name,
    clientId,
    clientSecret,
    username,
    password,
    keycloakDomain,
  });
}

function mapped<T>(record: Readonly<Record<string, string>>, map: (text: string) => T): Record<string, T> {
  return Object.fromEntries(Object.entries(record).map(([key, text]) => [key, map(text)]));
}
