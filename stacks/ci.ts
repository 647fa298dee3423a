// A run's stack: its lease, a dedicated Keycloak if the lease requires one, its realm, and the app under test.
import * as pulumi from "@pulumi/pulumi";
import { Lease } from "../providers/lease/index.ts";
import type { Run } from "../providers/lib/run/index.ts";
import type { Realm } from "../providers/realm/index.ts";
import type { RunApp } from "../providers/runApp/index.ts";
import { appUnderTest } from "./appUnderTest.ts";
import type { Config } from "./config.ts";
import { type LeasedPlan, planRun, type RunPlan } from "./runPlan.ts";
import { dedicatedKeycloak, runRealm } from "./runKeycloak.ts";
import { sendOutputs, sendUsable } from "./sendOutputs.ts";
import { warmKeycloak } from "./warmApps.ts";

/** What a run gets once its lease is granted. */
interface RunResources {
  readonly realm: Realm | undefined;
  readonly dedicatedKeycloak: RunApp | undefined;
  readonly app: RunApp | undefined;
}

/** Declares the resources of `run`; returns the stack's outputs, and sends them to the waiting `hearth run`. */
export function runStack(run: Run, config: Config): object {
  const plan = planRun(run, config);
  const lease = runLease(plan);
  // Wrapped in a function so that Pulumi doesn't look inside: a single secret would make every output secret.
  const resources = lease.keycloakKind.apply(keycloakKind => {
    const declared = declareResources({ ...plan, lease, keycloakKind });
    return () => declared;
  });
  const outputs = outputsOf(plan, lease, resources);
  sendUsable(resources.apply(get => get().realm?.discoveryUrl));
  sendOutputs(outputs);
  return outputs;
}

function runLease({ name, config, needsKeycloak, appDomain, dedicatedDomain }: RunPlan): Lease {
  return new Lease("lease", {
    run: name,
    mode: needsKeycloak ? config.keycloak : "none",
    keycloak: warmKeycloak(config),
    domains: [appDomain, dedicatedDomain],
    dedicatedLimit: config.dedicatedLimit,
    unreachableLimit: config.wait.keycloak,
  });
}

/** The realm before the app: its secrets must exist when the app is deployed. */
function declareResources(plan: LeasedPlan): RunResources {
  const dedicated = plan.keycloakKind === "dedicated" ? dedicatedKeycloak(plan) : undefined;
  const realm = plan.keycloakKind === "none" ? undefined : runRealm(plan, dedicated);
  const app = plan.deploysApp ? appUnderTest(plan, realm) : undefined;
  return { realm, dedicatedKeycloak: dedicated, app };
}

/** Reads an output of a resource that the run may not get. */
type Select = (
  choose: (declared: RunResources) => pulumi.Output<string> | undefined,
) => pulumi.Output<string | undefined>;

function outputsOf(
  { config, needsKeycloak, deploysApp }: RunPlan,
  lease: Lease,
  resources: pulumi.Output<() => RunResources>,
): Record<string, unknown> {
  const select: Select = choose => resources.apply(get => pulumi.output(choose(get())));
  return {
    keycloak: lease.keycloakKind,
    ...(needsKeycloak ? loginOutputs(select) : {}),
    ...(deploysApp ? { appUrl: select(({ app }) => app?.url), appDomain: select(({ app }) => app?.domain) } : {}),
    ...(config.ca === undefined ? {} : { ca: config.ca }),
    // Apps deployed for this run alone: the warm Keycloak doesn't count.
    deployCount: resources.apply(get => [get().app, get().dedicatedKeycloak].filter(Boolean).length),
    keycloakVersion: lease.keycloakVersion,
    keycloakSince: lease.keycloakSince,
  };
}

/** What a test needs to log in; the client's secret and the user's password stay secret. */
function loginOutputs(select: Select): Record<string, pulumi.Output<string | undefined>> {
  return {
    realm: select(({ realm }) => realm?.name),
    issuer: select(({ realm }) => realm?.issuer),
    discoveryUrl: select(({ realm }) => realm?.discoveryUrl),
    clientId: select(({ realm }) => realm?.clientId),
    clientSecret: pulumi.secret(select(({ realm }) => realm?.clientSecret)),
    username: select(({ realm }) => realm?.username),
    password: pulumi.secret(select(({ realm }) => realm?.password)),
  };
}
