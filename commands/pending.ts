// `hearth pending`: prints what the next `up` does to each warm app, for people and scripts.
import { describeHold } from "../providers/app/release.ts";
import { resolve, type Resolution } from "../providers/app/resolve.ts";
import { readWarmApps } from "./common/config.ts";

/** 0: nothing; 10: something will be applied by the next `up`; 11: something waits for an operator. */
export async function pending({ json }: { readonly json: boolean }): Promise<number> {
  const apps = await readWarmApps();
  const found = await Promise.all(apps.map(app => resolve(app, {}, console.error)));
  if (json) console.log(JSON.stringify(found.map(rowOf), null, 2));
  else for (const { line } of found) console.log(line);
  return exitCode(found);
}

export type Pending = Pick<Resolution, "inputs" | "failures" | "line" | "running" | "next">;

/** An app as `--json` prints it. */
export function rowOf({ inputs, running, next, line }: Pending) {
  const { recipe, domain, condition, drifted, held } = inputs;
  return { app: recipe, domain, running, condition, next, drifted, held: held.map(describeHold), line };
}

/** An operator is waited for by a hold, a broken app, and a version that `check` refuses. */
export function exitCode(apps: readonly Pending[]): number {
  if (apps.some(({ next }) => next !== undefined)) return 10;
  const waits = ({ inputs: { held, condition }, failures }: Pending) =>
    held.length > 0 || condition === "broken" || failures.length > 0;
  return apps.some(waits) ? 11 : 0;
}
