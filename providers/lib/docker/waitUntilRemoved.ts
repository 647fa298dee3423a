// Waits until a stack that was undeployed has really gone: Swarm answers long before it has.
import { setTimeout as sleep } from "node:timers/promises";
import { monotonicNow } from "../time/index.ts";
import { docker } from "./docker.ts";

export class NotRemovedError extends Error {
  override readonly name = "NotRemovedError";
}

/** What of `stack` is left: services, containers (also ended ones) and networks. */
export async function remainsOf(stack: string): Promise<string[]> {
  const label = ["--filter", `label=com.docker.stack.namespace=${stack}`];
  const kinds = [
    ["service", ["service", "ls", ...label, "--format", "{{.Name}}"]],
    ["container", ["ps", "--all", ...label, "--format", "{{.Names}}"]],
    ["network", ["network", "ls", ...label, "--format", "{{.Name}}"]],
  ] as const;
  const found = await Promise.all(
    kinds.map(async ([kind, argv]) =>
      lines((await docker(argv, `look for what is left of ${stack}`)).stdout).map(name => `${kind} ${name}`),
    ),
  );
  return found.flat();
}

/** Resolves once nothing of `stack` is left. Throws NotRemovedError after `deadline` ms, saying what it last saw. */
export async function waitUntilRemoved(stack: string, deadline = 120_000): Promise<void> {
  for (const start = monotonicNow(); ; await sleep(250)) {
    const left = await remainsOf(stack);
    if (left.length === 0) return;
    if (monotonicNow() - start > deadline)
      throw new NotRemovedError(
        `${stack}: still there ${Math.round(deadline / 1000)} s after it was undeployed: ${left.join(", ")}`,
      );
  }
}

function lines(text: string): string[] {
  return text.split("\n").filter(Boolean);
}
