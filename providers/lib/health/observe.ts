// Observes an app: its version and its condition. Every caller judges an app by this one judgement.
import { isChaos, servicesOf, stackOf, taskWatcher, versionLabel } from "../docker/index.ts";
import { lookUntilSure } from "./judge.ts";
import { type Finding, lookAt, type State, type Watched } from "./look.ts";
import { shortReason } from "../reason.ts";

export interface DeployedApp {
  readonly deployed: boolean;
  /** From the label that abra wrote. */
  readonly version: string | undefined;
  readonly chaos: boolean;
}

export interface ObservedApp extends DeployedApp {
  readonly state: State;
  /** `healthy`, or what is wrong, without ages or counters: `down: HTTP 502`, `unreachable: no answer (ENOTFOUND)`. */
  readonly condition: string;
}

export const HEALTHY = "healthy";

/** Milliseconds after which an observed task counts as not placed: less than all looks take. */
const PLACED_WITHIN = 1_500;

/** Whether and at which version the app is deployed; not its health. */
export async function findDeployed({ domain }: Pick<Watched, "domain">): Promise<DeployedApp> {
  const stack = stackOf(domain);
  const services = await servicesOf(stack);
  return { deployed: services.length > 0, version: versionLabel(stack, services), chaos: isChaos(stack, services) };
}

/** Looks at the tasks, then at the response through the ingress; several times before the app counts as down. */
export async function observe(app: Watched): Promise<ObservedApp> {
  const stack = stackOf(app.domain);
  const taskWords = taskWatcher(stack, { after: PLACED_WITHIN });
  const { services, state, trouble } = await lookUntilSure(async () => {
    const found = await servicesOf(stack);
    // A removed service isn't listed, although its container may respond for a while.
    const isIncomplete = found.length > 0 && versionLabel(stack, found) === undefined;
    const finding: Finding = isIncomplete
      ? { state: "down", trouble: "the service that carries abra's label is missing" }
      : await lookAt(app, found, taskWords, { toleratesUpdates: true });
    return { services: found, ...finding };
  });
  return {
    deployed: services.length > 0,
    version: versionLabel(stack, services),
    chaos: isChaos(stack, services),
    state,
    condition: state === "down" || state === "unreachable" ? `${state}: ${shortReason(trouble ?? "")}` : state,
  };
}

/** Whether only the route to the app fails, by its condition: then nothing is repaired, undone or rejected. */
export function isUnreachable(condition: string): boolean {
  return condition.startsWith("unreachable: ");
}
