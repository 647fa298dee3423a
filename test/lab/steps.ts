// Runs steps in parallel as far as their dependencies allow; prints each with its duration.
import { join } from "node:path";
import { at } from "./paths.ts";
import { shellTo, type Shell } from "./shell.ts";

export interface Step {
  readonly name: string;
  /** Names of the steps that must finish first. */
  readonly after?: readonly string[];
  /** Whether the step can be skipped; must not change anything. Default: the step always runs. */
  readonly ready?: () => Promise<boolean>;
  readonly run: (shell: Shell, print: Print) => Promise<void>;
}

export interface StepResult {
  readonly name: string;
  readonly seconds: number;
  readonly ready: boolean;
}

export type Print = (line: string) => void;

/**
 * Runs each step after those in its `after`. After a failure, starts no more steps, waits for the running ones,
 * then throws the failure with the step's name.
 */
export async function runSteps(steps: readonly Step[], print: Print, logs: string = at.logs): Promise<StepResult[]> {
  const runStart = Date.now();
  const running = new Set<string>();
  const results = new Map<string, Promise<StepResult>>();
  let failed: Error | undefined;

  const resultOf = (name: string): Promise<StepResult> => {
    const known = results.get(name);
    if (known) return known;
    const step = steps.find(candidate => candidate.name === name);
    if (!step) throw new Error(`step not found: ${name}`);
    const result = Promise.all((step.after ?? []).map(resultOf)).then(() => runStep(step));
    results.set(name, result);
    return result;
  };

  const runStep = async (step: Step): Promise<StepResult> => {
    if (failed) throw failed;
    const start = Date.now();
    const stepResult = (ready: boolean): StepResult => ({
      name: step.name,
      seconds: (Date.now() - start) / 1000,
      ready,
    });
    running.add(step.name);
    try {
      if (await step.ready?.()) return stepResult(true);
      print(`  ▸ ${step.name}`);
      await step.run(shellTo(join(logs, `${step.name.replaceAll(/[^a-z0-9.]+/gi, "-")}.log`)), print);
      const result = stepResult(false);
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

  const heartbeat = setInterval(() => {
    if (running.size > 0) print(`  … ${Math.round((Date.now() - runStart) / 1000)} s: ${[...running].join(", ")}`);
  }, 30_000);
  try {
    const settled = await Promise.allSettled(steps.map(step => resultOf(step.name)));
    if (failed) throw failed;
    return settled.map(result => {
      if (result.status === "rejected") throw result.reason;
      return result.value;
    });
  } finally {
    clearInterval(heartbeat);
  }
}
