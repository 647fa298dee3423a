// Checks a resource's inputs, and that docker still talks to its swarm.
import type { z } from "zod";
import { clusterId } from "../lib/docker/index.ts";
import { mask } from "../lib/diagnostics/index.ts";
import { errorMessage } from "../lib/text.ts";
import { clean, failuresOf, hasUnknown, type Checked, type Failure, type ResourceInputs } from "./protocol.ts";

/** docker talks to another swarm than the one that the app or the run belongs to. */
export class WrongSwarmError extends Error {
  override readonly name = "WrongSwarmError";
}

/** The error for a resource of the swarm `expected` while docker talks to `actual`. */
export function wrongSwarmMessage(what: string, expected: string | undefined, actual: string): string {
  const question = "is DOCKER_HOST or a docker context set?";
  return `${what} in the swarm ${expected}, but docker talks to the swarm ${actual}: ${question}`;
}

/** Throws unless docker talks to the swarm `expected`. undefined: none was recorded. `what` begins the error. */
export async function requireSwarm(what: string, expected: string | undefined): Promise<void> {
  if (expected === undefined) return;
  const actual = await clusterId();
  if (actual !== expected) throw new WrongSwarmError(wrongSwarmMessage(what, expected, actual));
}

/**
 * `check` of a resource: parses its inputs, then completes them with what `resolve` observes. Unknown inputs are passed
 * through. `property`: the input named in the failure if `resolve` throws.
 */
export async function checkResource<T extends object>(
  schema: z.ZodType<T>,
  news: ResourceInputs,
  property: string,
  resolve: (inputs: T) => Promise<{ readonly inputs: object; readonly failures: readonly Failure[] }>,
): Promise<Checked> {
  const { __provider, ...given } = news;
  if (hasUnknown(given)) return { inputs: news, failures: [] };
  const parsed = schema.safeParse(given);
  if (!parsed.success) return { inputs: news, failures: failuresOf(parsed.error) };
  try {
    const { inputs, failures } = await resolve(parsed.data);
    return { inputs: clean({ ...inputs, __provider }), failures: [...failures] };
  } catch (error) {
    return { inputs: news, failures: [{ property, reason: mask(errorMessage(error), []) }] };
  }
}

interface CheckOptions {
  /** Begins the error: `this realm was created`. */
  readonly what: string;
  /** The input named in the failure if docker can't be reached. */
  readonly property: string;
}

/** `checkResource` that adds the swarm's id, and refuses a changed one: DOCKER_HOST may be set by mistake. */
export function checkInputs(
  schema: z.ZodType<object>,
  olds: { swarm?: string },
  news: ResourceInputs,
  { what, property }: CheckOptions,
): Promise<Checked> {
  return checkResource(schema, news, property, async given => {
    const swarm = await clusterId();
    const hasMoved = olds.swarm !== undefined && olds.swarm !== swarm;
    const reason = wrongSwarmMessage(what, olds.swarm, swarm);
    return { inputs: { ...given, swarm }, failures: hasMoved ? [{ property: "swarm", reason }] : [] };
  });
}
