// Stops some services of a stack before the others, so that a database outlives the app that writes to it.
import { setTimeout as sleep } from "node:timers/promises";
import { monotonicNow } from "../time/index.ts";
import { docker } from "./docker.ts";
import { NotRemovedError } from "./waitUntilRemoved.ts";
import type { Service } from "./stack.ts";

/** The services that Traefik routes to: they write on behalf of users. Traefik reads the label as Go's ParseBool. */
export function routedServices(services: readonly Service[]): Service[] {
  return services.filter(service => /^(1|t|true)$/i.test(service.labels["traefik.enable"] ?? ""));
}

/** Scales `services` to 0. Resolves once their containers ended. Throws NotRemovedError after `deadline` ms. */
export async function scaleDown(
  stack: string,
  services: readonly string[],
  { deadline, inherit }: { deadline: number; inherit?: number },
) {
  if (services.length === 0) return;
  const what = `stop ${services.join(", ")} of ${stack}`;
  await docker(["service", "scale", "--detach", ...services.map(name => `${stack}_${name}=0`)], what, { inherit });
  for (const start = monotonicNow(); ; await sleep(200)) {
    const running = (await Promise.all(services.map(name => containersOfService(`${stack}_${name}`)))).flat();
    if (running.length === 0) return;
    if (monotonicNow() - start > deadline)
      throw new NotRemovedError(`${what}: still running after ${Math.round(deadline / 1000)} s: ${running.join(", ")}`);
  }
}

async function containersOfService(name: string): Promise<string[]> {
  const argv = ["ps", "--filter", `label=com.docker.swarm.service.name=${name}`, "--format", "{{.Names}}"];
  return (await docker(argv, `list the containers of ${name}`)).stdout.split("\n").filter(Boolean);
}
