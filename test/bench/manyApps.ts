// Ten small apps, each as if from its own recipe, and their removal.
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { envPath } from "../../providers/lib/abra/home.ts";
import { stackOf } from "../../providers/lib/docker/names.ts";
import type { WarmAppArgs } from "../../providers/app/inputs.ts";
import { lastGoodImage } from "../../providers/lib/docker/images.ts";
import { waitUntilRemoved } from "../../providers/lib/docker/waitUntilRemoved.ts";
import { at, base } from "../lab/paths.ts";
import { runProgram } from "./program.ts";

/** Each has its own state directory below `folder`, so its own mirror and clone, as with ten recipes. */
export function manyApps(folder: string): (WarmAppArgs & { readonly domain: string })[] {
  return Array.from({ length: 10 }, (_, index) => ({
    recipe: "custom-html",
    domain: `bench-${index}.${base}`,
    stateDir: join(folder, `state-${index}`),
    health: { stableFor: 1, margin: 30 },
  }));
}

/** Also removes their volumes, images and .env files; succeeds if they don't exist. */
export async function removeManyApps(domains: readonly string[]): Promise<void> {
  const docker = (...argv: string[]) =>
    runProgram("docker", argv, `remove bench apps: docker ${argv.slice(0, 2).join(" ")}`);
  const stacks = domains.map(stackOf);
  await docker("stack", "rm", ...stacks);
  for (const stack of stacks) await waitUntilRemoved(stack);
  await docker("volume", "rm", "--force", ...stacks.map(stack => `${stack}_content`));
  await docker("image", "rm", "--force", ...stacks.map(stack => lastGoodImage(stack, "app")));
  for (const domain of domains) await rm(envPath(at.abra, "default", domain), { force: true });
}
