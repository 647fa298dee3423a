// Waits until an undeployed stack is removed: Swarm responds long before that.
import { setTimeout as sleep } from "node:timers/promises";
import { monotonicNow } from "../time/index.ts";
import { docker } from "./docker.ts";

export class NotRemovedError extends Error {
  override readonly name = "NotRemovedError";
}

/** The remaining services, containers (exited ones too) and networks of `stack`. */
async function remainingOf(stack: string): Promise<string[]> {
  const label = ["--filter", `label=com.docker.stack.namespace=${stack}`];
  const kinds = [
    ["service", ["service", "ls", ...label, "--format", "{{.Name}}"]],
    ["container", ["ps", "--all", ...label, "--format", "{{.Names}}"]],
    ["network", ["network", "ls", ...label, "--format", "{{.Name}}"]],
  ] as const;
  const found = await Promise.all(
    kinds.map(async ([kind, argv]) =>
      lines((await docker(argv, `list what remains of ${stack}`)).stdout).map(name => `${kind} ${name}`),
    ),
  );
  return found.flat();
}

/** Resolves once nothing of `stack` remains. Throws NotRemovedError after `deadline` ms, naming what remains. */
export async function waitUntilRemoved(stack: string, deadline = 120_000): Promise<void> {
  for (const start = monotonicNow(); ; await sleep(250)) {
    const remaining = await remainingOf(stack);
    if (remaining.length === 0) return;
    if (monotonicNow() - start > deadline)
      throw new NotRemovedError(
        `${stack}: not removed ${Math.round(deadline / 1000)} s after its undeploy: ${remaining.join(", ")}`,
      );
  }
}

function lines(text: string): string[] {
  return text.split("\n").filter(Boolean);
}
