// `hearth approve`: allows exactly one version, which the next `up` applies.
import { appFolder, approve as writeApproval } from "../providers/lib/state/index.ts";
import { resolve, type Resolution } from "../providers/app/resolve.ts";
import type { WarmAppInputs } from "../providers/app/inputs.ts";
import { warmApp } from "./common/config.ts";

export async function approve(name: string, version: string): Promise<number> {
  const app = await warmApp(name);
  const resolution = await resolve(app, {}, console.error);
  const wrongSwarm = resolution.failures.find(({ property }) => property === "swarm");
  const fault = wrongSwarm?.reason ?? approvalFault(app, version, resolution);
  if (fault !== undefined) throw new Error(fault);
  await writeApproval(appFolder(app.stateDir, app.domain), version);
  console.log(`${app.recipe}: ${version} is approved; the next pulumi up applies it`);
  return 0;
}

/** Why the next `up` wouldn't apply `version` once it is approved; undefined if it would. */
export function approvalFault(
  { recipe, version: configured }: Pick<WarmAppInputs, "recipe" | "version">,
  version: string,
  { candidates, inputs, running }: Pick<Resolution, "candidates" | "inputs" | "running">,
): string | undefined {
  if (version === running) return `${recipe} already runs at ${version}`;
  // A configured version that failed here is held, and may be older than what runs.
  if (inputs.held.some(hold => hold.version === version)) return undefined;
  if (configured !== "latest")
    return `${recipe} is configured to run ${configured}: set its version to latest or to ${version} instead`;
  if (candidates.includes(version)) return undefined;
  return `${recipe} has no newer version ${version}; newer ones: ${candidates.join(", ") || "none"}`;
}
