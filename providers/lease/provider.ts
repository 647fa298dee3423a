// Lease's provider: the six methods that Pulumi's engine calls.
import { checkInputs, requireSwarm } from "../pulumi/check.ts";
import { type Checked, type Registered, type ResourceInputs, clean } from "../pulumi/protocol.ts";
import { appFolder, readLastGood } from "../lib/state/index.ts";
import { surviveParent } from "../pulumi/process.ts";
import { heedInterruption, logOfRun, withRunLock } from "../lib/run/index.ts";
import { servicesOf, versionLabel, stackOf } from "../lib/docker/index.ts";
import { type KeycloakKind, leaseName, leaseOf, leaseTerms, swarmStore } from "../lib/coordination/index.ts";
import { acquire } from "./acquire.ts";
import { releaseLease } from "./leaseRecord.ts";
import { leaseInputs, type CheckedLease } from "./inputs.ts";
import { acquireHost, type Repair } from "./liveHost.ts";

type Inputs = CheckedLease & Registered;

/** Loaded lazily: a run that finds Keycloak healthy doesn't need it. */
const repair: Repair = async (...args) => (await import("../app/repair.ts")).repairForRun(...args);

export const provider = surviveParent({
  check: (olds: { swarm?: string }, news: ResourceInputs): Promise<Checked> =>
    checkInputs(leaseInputs, olds, news, { what: "this run began", property: "run" }),

  /** The Keycloak is decided once: an input that would change the decision replaces the lease, and the run with it. */
  async diff(_id: string, olds: Inputs, news: Inputs) {
    const differs = (key: "run" | "mode") => olds[key] !== news[key];
    const replaces = (["run", "mode"] as const).filter(differs);
    const other =
      JSON.stringify([olds.dedicatedLimit, olds.unreachableLimit, olds.domains, olds.keycloak]) !==
      JSON.stringify([news.dedicatedLimit, news.unreachableLimit, news.domains, news.keycloak]);
    return { changes: replaces.length > 0 || other, replaces, deleteBeforeReplace: true };
  },

  async create(lease: Inputs) {
    const { run, mode, keycloak, domains, dedicatedLimit } = lease;
    const terms = leaseTerms();
    const unreachableLimit = lease.unreachableLimit * 1000;
    const request = { run, mode, keycloak: keycloak.domain, domains, dedicatedLimit, unreachableLimit, ...terms };
    const kind = await withRunLock(keycloak.stateDir, run, "lease", () =>
      heedInterruption(signal =>
        acquire(acquireHost({ keycloak, holder: terms.holder, repair, log: logOfRun, signal }), request),
      ),
    );
    return {
      id: leaseName(run),
      outs: clean({ ...lease, keycloakKind: kind, ...(await warmKeycloakOutputs(lease, kind)) }),
    };
  },

  async update(_id: string, olds: Inputs & Record<string, unknown>, news: Inputs) {
    return { outs: clean({ ...olds, ...news }) };
  },

  async read(id: string, lease: Inputs) {
    await requireSwarm(`${lease.run} began`, lease.swarm);
    return (await leaseOf(swarmStore, lease.run)) ? { id, props: lease } : {};
  },

  async delete(_id: string, { run, swarm }: Inputs) {
    await requireSwarm(`${run} began`, swarm); // absent there, it may still be held on its own
    await releaseLease(swarmStore, run);
  },
});

/** The warm Keycloak's version and when it passed its gate: for the run's summary and a dedicated Keycloak. */
async function warmKeycloakOutputs(
  { keycloak }: CheckedLease,
  kind: KeycloakKind,
): Promise<{ keycloakVersion: string; keycloakSince: string }> {
  if (kind === "none") return { keycloakVersion: "", keycloakSince: "" };
  const stack = stackOf(keycloak.domain);
  const [services, good] = await Promise.all([
    servicesOf(stack),
    readLastGood(appFolder(keycloak.stateDir, keycloak.domain)),
  ]);
  const running = kind === "warm" ? versionLabel(stack, services) : undefined;
  const version = running ?? good?.version ?? "";
  return { keycloakVersion: version, keycloakSince: version === good?.version ? good.at : "" };
}
