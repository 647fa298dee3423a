// Runs steps side by side as far as their order allows, and prints which run and how long each took.
import { join } from "node:path";
import { at } from "./paths.ts";
import { shellTo, type Shell } from "./shell.ts";

export interface Step {
  readonly name: string;
  /** Names of the steps that must finish first. */
  readonly after?: readonly string[];
  /** Whether nothing is to be done; must change nothing. Default: the step always runs. */
  readonly ready?: () => Promise<boolean>;
  readonly run: (shell: Shell, print: Print) => Promise<void>;
}

export interface Took {
  readonly name: string;
  readonly seconds: number;
  readonly ready: boolean;
}

export type Print = (line: string) => void;

/**
 * Runs each step after those in its `after`. On a failure it starts no more steps, waits for those that run,
 * and throws the failure with the step's name.
 */
export async function runSteps(steps: readonly Step[], print: Print, logs: string = at.logs): Promise<Took[]> {
  const begun = Date.now();
  const running = new Set<string>();
  const ended = new Map<string, Promise<Took>>();
  let failed: Error | undefined;

  const promise = (name: string): Promise<Took> => {
    const known = ended.get(name);
    if (known) return known;
    const step = steps.find(candidate => candidate.name === name);
    if (!step) throw new Error(`step not found: ${name}`);
    const made = Promise.all((step.after ?? []).map(promise)).then(() => one(step));
    ended.set(name, made);
    return made;
  };

  const one = async (step: Step): Promise<Took> => {
    if (failed) throw failed;
    const start = Date.now();
    const took = (ready: boolean): Took => ({ name: step.name, seconds: (Date.now() - start) / 1000, ready });
    running.add(step.name);
    try {
      if (await step.ready?.()) return took(true);
      print(`  ▸ ${step.name}`);
      await step.run(shellTo(join(logs, `${step.name.replaceAll(/[^a-z0-9.]+/gi, "-")}.log`)), print);
      const result = took(false);
      print(`  ✓ ${step.name} (${result.seconds.toFixed(1)} s)`);
      return result;
    } catch (error) {
      failed ??= new Error(`lab: ${step.name}: ${error instanceof Error ? error.message : String(error)}`, {
        cause: error,
      });
      print(`  ✗ ${step.name}`);
      throw failed;
    } finally {
      running.delete(step.name);
    }
  };

  const beat = setInterval(() => {
    if (running.size > 0) print(`  … ${Math.round((Date.now() - begun) / 1000)} s: ${[...running].join(", ")}`);
  }, 30_000);
  try {
    const results = await Promise.allSettled(steps.map(step => promise(step.name)));
    if (failed) throw failed;
    return results.map(result => {
      if (result.status === "rejected") throw result.reason;
      return result.value;
    });
  } finally {
    clearInterval(beat);
  }
}
