// Plans a run's stack before any resource exists.
import type { Lease } from "../providers/lease/index.ts";
import { appDomain, dedicatedDomain, type Run, runName } from "../providers/lib/run/index.ts";
import type { Config } from "./config.ts";
import { type RecipeSettings, recipeSettings } from "./recipes.ts";

/** `warm`, `dedicated`, or `none` if the recipe needs no Keycloak. */
export type KeycloakKind = "warm" | "dedicated" | "none";

/** What follows from the run and its configuration. */
export interface RunPlan {
  readonly run: Run;
  /** `<recipe>-<hex>` */
  readonly name: string;
  readonly config: Config;
  readonly settings: RecipeSettings;
  /** Whether to deploy the app under test. */
  readonly deploysApp: boolean;
  readonly needsKeycloak: boolean;
  /** The domain of the app under test. */
  readonly appDomain: string;
  /** The domain of the run's dedicated Keycloak, should it get one. */
  readonly dedicatedDomain: string;
}

/** A plan whose lease has decided which Keycloak the run gets. */
export interface LeasedPlan extends RunPlan {
  readonly lease: Lease;
  readonly keycloakKind: KeycloakKind;
}

/** Unconfigured recipes get a realm but no app, unless a checkout is given. */
export function planRun(run: Run, config: Config): RunPlan {
  const settings = config.recipes[run.recipe] ?? recipeSettings.parse({ deploy: false });
  return {
    run,
    name: runName(run),
    config,
    settings,
    deploysApp: config.checkout !== undefined || settings.deploy,
    needsKeycloak: settings.needs.includes("keycloak"),
    appDomain: appDomain(run, config.baseDomain),
    dedicatedDomain: dedicatedDomain(run, config.baseDomain),
  };
}
