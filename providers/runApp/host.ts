// All that is looked at and done for a run's app, one side effect a method: so that what follows from what can be seen in a spec.
import type { Verdict } from "../lib/health/index.ts";
import type { ServiceSnapshot } from "../lib/docker/index.ts";

/** One app of a run on its host. Every method may be called again after it was cut off in the middle. */
export interface RunHost {
  /** The app's recipe: how lines begin. */
  readonly name: string;
  /** What is deployed, as a person says it: a version, or a checkout. */
  readonly what: string;
  say(line: string): void;
  serviceSnapshot(): Promise<readonly ServiceSnapshot[]>;
  /** Those of the secrets called `names` that the swarm has already. */
  existing(names: readonly string[]): Promise<string[]>;
  /** The recipe's clone, the .env and the secrets as wanted, those in `renew` anew; then abra's deploy. Throws AbraError. */
  deploy(renew: readonly string[]): Promise<void>;
  /** Until nothing of it runs; volumes and secrets stay. Absent is success. */
  undeploy(): Promise<void>;
  /** `before` is what stood before the deploy: what the deploy changed must be replaced before anything counts. */
  gate(before: readonly ServiceSnapshot[]): Promise<Verdict>;
}
