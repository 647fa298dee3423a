// Which Swarm stacks a run may have made: by the domains that it deploys at. Pure.
import { stackOf } from "../../providers/lib/docker/index.ts";
import { appDomain, dedicatedDomain, type Run, runOfStack } from "../../providers/lib/run/index.ts";
import type { Part, Situation, Traces } from "./plan.ts";
import type { Reason, Skip } from "./observed.ts";

/** The run called `name`, `<recipe>-<hex>`; undefined for any other name. */
export function runCalled(name: string): Run | undefined {
  return runOfStack(`ci-${name}`);
}

/** The domains of the run's own app, and of a Keycloak of its own. */
export function domainsOf(run: Run, base: string): string[] {
  return [appDomain(run, base), dedicatedDomain(run, base)];
}

/** Whether anything of the Swarm stack `stack` is there: what carries its label, or a secret or config with its prefix. */
export function isThere(
  stack: string,
  { stacks, names }: { readonly stacks: readonly string[]; readonly names: readonly string[] },
): boolean {
  return stacks.includes(stack) || names.some(name => name.startsWith(`${stack}_`));
}

/** The Swarm stacks that are called as a run's would be: no proof that they are one. */
export function alike(
  { stacks, names }: { readonly stacks: readonly string[]; readonly names: readonly string[] },
  base: string,
): string[] {
  const found = [...stacks, ...names].flatMap(name => {
    const first = /^([a-z0-9-]{1,4}-[0-9a-f]{6})_/.exec(name)?.[1];
    const stack = first === undefined ? undefined : stackOf(`${first}.${base}`);
    return stack !== undefined && (name === stack || name.startsWith(`${stack}_`)) ? [stack] : [];
  });
  return [...new Set(found)];
}

/** The Swarm stacks at `domains`; of kept apps and living runs none, and none without the run's own digits in its name, whatever a lease says. */
export function stacksOf(
  { name: run, run: { hex } }: Traces,
  domains: readonly string[],
  seen: Situation,
): { own: Part[]; skips: Skip[] } {
  const all = [...new Set(domains.map(stackOf))].map(stack => ({ stack, reason: whyNot(stack, hex, seen) }));
  return {
    own: all.flatMap(({ stack, reason }) =>
      reason === undefined ? [{ kind: "stack", name: stack, seen: isThere(stack, seen) }] : [],
    ),
    skips: all.flatMap(({ stack, reason }) =>
      reason === undefined ? [] : [{ what: `stack ${stack}`, reason, detail: `named by ${run}` }],
    ),
  };
}

function whyNot(stack: string, hex: string, { kept, live }: Situation): Reason | undefined {
  if (kept.has(stack)) return "a kept app's";
  if (live.has(stack)) return "live";
  return /^[a-z0-9-]*-([0-9a-f]{6})_/.exec(stack)?.[1] === hex ? undefined : "foreign";
}
