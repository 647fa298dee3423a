// Finds the Swarm stacks that a run may have created, by the domains that it deploys at. Pure.
import { stackOf } from "../../providers/lib/docker/index.ts";
import { appDomain, dedicatedDomain, type Run, runOfStack } from "../../providers/lib/run/index.ts";
import type { Part, RunContext, Traces } from "./plan.ts";
import type { Reason, Skip } from "./observed.ts";

/** The run called `name`, `<recipe>-<hex>`; undefined for any other name. */
export function runCalled(name: string): Run | undefined {
  return runOfStack(`ci-${name}`);
}

/** The domains of the run's app and of its dedicated Keycloak. */
export function domainsOf(run: Run, base: string): string[] {
  return [appDomain(run, base), dedicatedDomain(run, base)];
}

/** Whether any object of the Swarm stack exists: by its label, or a secret or config by its prefix. */
export function isPresent(
  stack: string,
  { stacks, names }: { readonly stacks: readonly string[]; readonly names: readonly string[] },
): boolean {
  return stacks.includes(stack) || names.some(name => name.startsWith(`${stack}_`));
}

/** Swarm stacks whose names look like a run's, which proves nothing. */
export function runLikeStacks(
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

/**
 * The Swarm stacks at `domains` to remove. Skips those of warm apps and active runs, and those without the run's hex in
 * their name, whatever the lease lists.
 */
export function stacksOf(
  { name: run, run: { hex } }: Traces,
  domains: readonly string[],
  seen: RunContext,
): { own: Part[]; skips: Skip[] } {
  const all = [...new Set(domains.map(stackOf))].map(stack => ({ stack, reason: skipReason(stack, hex, seen) }));
  return {
    own: all.flatMap(({ stack, reason }) =>
      reason === undefined ? [{ kind: "stack", name: stack, seen: isPresent(stack, seen) }] : [],
    ),
    skips: all.flatMap(({ stack, reason }) =>
      reason === undefined ? [] : [{ what: `stack ${stack}`, reason, detail: `named by ${run}` }],
    ),
  };
}

function skipReason(stack: string, hex: string, { warmStacks: kept, live }: RunContext): Reason | undefined {
  if (kept.has(stack)) return "belongs to a warm app";
  if (live.has(stack)) return "live";
  return /^[a-z0-9-]*-([0-9a-f]{6})_/.exec(stack)?.[1] === hex ? undefined : "foreign";
}
