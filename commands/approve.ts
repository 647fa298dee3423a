// `hearth approve`: allows exactly one version, which the next `up` applies.
import { appFolder, approve as writeApproval } from "../providers/lib/state/index.ts";
import { resolve } from "../providers/app/resolve.ts";
import { warmApp } from "./common/config.ts";

export async function approve(name: string, version: string): Promise<number> {
  const app = await warmApp(name);
  const { candidates, running } = await resolve(app, {}, console.error);
  if (version === running) throw new Error(`${app.recipe} already runs at ${version}`);
  if (!candidates.includes(version))
    throw new Error(`${app.recipe} has no newer version ${version}; newer ones: ${candidates.join(", ") || "none"}`);
  await writeApproval(appFolder(app.stateDir, app.domain), version);
  console.log(`${app.recipe}: ${version} is approved; the next pulumi up applies it`);
  return 0;
}
