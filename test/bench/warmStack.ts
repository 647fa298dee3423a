// Brings up the lab's warm stack.
import { must, pulumi, upWarm } from "../live/host.ts";

/** Throws with Pulumi's output. */
export async function upWarmStack(): Promise<void> {
  const stacks = JSON.parse(await must("pulumi", "stack", "ls", "--json")) as { name: string }[];
  if (!stacks.some(({ name }) => name === "warm")) await orThrow(pulumi(["stack", "init", "warm", "--no-select"]));
  await orThrow(upWarm());
}

async function orThrow(call: ReturnType<typeof pulumi>): Promise<void> {
  const done = await call;
  if (done.exitCode !== 0) throw new Error(`bring up the warm stack: pulumi exited with ${done.exitCode}\n${done.all}`);
}
