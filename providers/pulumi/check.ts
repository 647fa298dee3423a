// A resource's inputs checked, and bound to the swarm that it lives in.
import type { z } from "zod";
import { clean, failuresOf, hasUnknown, type Checked } from "./protocol.ts";
import { clusterId } from "../lib/docker/index.ts";

export interface CheckOptions {
  /** What the resource is, and how it came to be there: `this realm was made`. */
  readonly what: string;
  /** The input to blame where docker can't be asked. */
  readonly property: string;
}

/** The sentence about a resource of the swarm `was` while docker talks to `here`. */
export function wrongSwarmMessage(what: string, was: string | undefined, here: string): string {
  return `${what} in the swarm ${was}, but docker talks to the swarm ${here}: is DOCKER_HOST or a docker context set?`;
}

/** What `check` gives back: the inputs as parsed with the swarm's id, or why not. Another swarm than before is refused: a forgotten DOCKER_HOST. */
export async function checkInputs(
  schema: z.ZodType<object>,
  olds: { swarm?: string },
  news: Record<string, unknown> & { __provider: string },
  { what, property }: CheckOptions,
): Promise<Checked> {
  const { __provider, ...given } = news;
  if (hasUnknown(given)) return { inputs: news, failures: [] };
  const parsed = schema.safeParse(given);
  if (!parsed.success) return { inputs: news, failures: failuresOf(parsed.error) };
  try {
    const swarm = await clusterId();
    const moved = olds.swarm !== undefined && olds.swarm !== swarm;
    const reason = wrongSwarmMessage(what, olds.swarm, swarm);
    return {
      inputs: clean({ ...parsed.data, swarm, __provider }),
      failures: moved ? [{ property: "swarm", reason }] : [],
    };
  } catch (error) {
    return { inputs: news, failures: [{ property, reason: (error as Error).message }] };
  }
}
