// The health gate's probes of an app: the version that runs, its tasks, then the route from outside.
import {
  containersOf,
  type Rollbacks,
  type Service,
  servicesOf,
  stackOf,
  taskWatcher,
  versionLabel,
} from "../docker/index.ts";
import type { Probe } from "./gate.ts";
import { lookAt, type Watched } from "./look.ts";
import { anotherVersion, type OtherVersion } from "./tasks.ts";

/**
 * Probes at `version`. `before`: the rollbacks before hearth's deploy; undefined if it deployed nothing. `more` returns
 * what else is wrong in words, or undefined.
 */
export function proberAt(
  app: Watched,
  version: string,
  before: Rollbacks | undefined,
  more: () => Promise<string | undefined>,
): () => Promise<Probe> {
  const stack = stackOf(app.domain);
  return prober(app, services => anotherVersion(services, versionLabel(stack, services), version, before), more);
}

/** As `proberAt`, with `findOther` deciding whether another version runs. */
export function prober(
  app: Watched,
  findOther: (services: readonly Service[]) => OtherVersion | undefined,
  more: () => Promise<string | undefined>,
): () => Promise<Probe> {
  const stack = stackOf(app.domain);
  const taskWords = taskWatcher(stack);
  return async () => {
    const [services, containers] = await Promise.all([servicesOf(stack), containersOf(stack)]);
    const other = findOther(services);
    if (other) return { ...other, containers, final: true };
    const { state, trouble, final = false } = await lookAt(app, services, taskWords);
    if (trouble !== undefined) return { trouble, containers, final, inconclusive: state === "unreachable" };
    return { trouble: await more(), containers };
  };
}
