// The warm stack brought up, as the tour does it.
import { must, pulumi, upWarm } from "../live/host.ts";

/** Throws with Pulumi's own words. */
export async function warm(): Promise<void> {
  const stacks = JSON.parse(await must("pulumi", "stack", "ls", "--json")) as { name: string }[];
  if (!stacks.some(({ name }) => name === "warm")) await orThrow(pulumi(["stack", "init", "warm", "--no-select"]));
  await orThrow(upWarm());
}

async function orThrow(call: ReturnType<typeof pulumi>): Promise<void> {
  const done = await call;
  if (done.exitCode !== 0)
    throw new Error(`the warm stack can't be brought up: pulumi ended with ${done.exitCode}\n${done.all}`);
}
