// The port between a run's app and its host: one side effect a method, so that specs can replace the host.
import type { ServiceSnapshot } from "../lib/docker/index.ts";
import type { Verdict } from "../lib/health/index.ts";
import type { Log } from "../lib/text.ts";

/** One app of a run on its host. Every method may be called again after an interruption. */
export interface RunHost {
  /** The app's recipe: the first word of every line. */
  readonly name: string;
  /** What to deploy: a version, or the path of a checkout. */
  readonly target: string;
  readonly log: Log;
  /** Call it before the deploy: the gate blames the deploy for every later change and rollback. */
  serviceSnapshot(): Promise<readonly ServiceSnapshot[]>;
  /** Those of `names` that the app uses and the swarm already has. */
  existingSecrets(names: readonly string[]): Promise<string[]>;
  /** Pulls the images that this node lacks, before the time until the app is healthy counts. Throws ImageError. */
  pullImages(): Promise<void>;
  /** Prepares clone, .env and secrets, replacing those in `renew`, then deploys through abra. Throws AbraError. */
  deploy(renew: readonly string[]): Promise<void>;
  /** Resolves once nothing of it runs; volumes and secrets stay. Succeeds if the app is absent. */
  undeploy(): Promise<void>;
  /** Waits at the health gate. `before`: the services before the deploy, which must be replaced if it changed them. */
  gate(before: readonly ServiceSnapshot[]): Promise<Verdict>;
}
