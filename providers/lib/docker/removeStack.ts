// Removes a whole stack through docker: services, networks, configs, secrets and volumes.
import { setTimeout as sleep } from "node:timers/promises";
import { ProgramError } from "../process/index.ts";
import { monotonicNow } from "../time/index.ts";
import { docker } from "./docker.ts";
import { servicesOf } from "./stack.ts";
import { stopLimit } from "./stopLimit.ts";
import { NotRemovedError } from "./waitUntilRemoved.ts";

type Kind = "service" | "container" | "network" | "config" | "secret" | "volume";
type Remaining = Readonly<Record<Kind, readonly string[]>>;

interface RemoveOptions {
  /** Milliseconds. Default: 2 minutes more than the longest stop_grace_period of its services. */
  readonly deadline?: number;
}

/**
 * Removes everything of `stack`, and repeats until nothing remains: Swarm responds long before its objects are free.
 * Absent is success. Throws NotRemovedError after `deadline`, with what remains and docker's reasons, but not before
 * every removable object was tried.
 */
export async function removeStack(stack: string, options: RemoveOptions = {}): Promise<void> {
  if (stack === "") throw new TypeError("remove a stack: expected a name");
  const deadline = options.deadline ?? stopLimit(await servicesOf(stack));
  const attempted = new Set<string>();
  let reasons: string[] = [];
  for (const start = monotonicNow(); ; await sleep(300)) {
    const remaining = await remainingOf(stack);
    const names = Object.entries(remaining).flatMap(([kind, found]) => found.map(name => `${kind} ${name}`));
    if (names.length === 0) return;
    const removals = possibleRemovals(stack, remaining);
    if (monotonicNow() - start > deadline && removals.every(({ what }) => attempted.has(what))) {
      const why = reasons.length > 0 ? ` (${reasons.join("; ")})` : "";
      throw new NotRemovedError(
        `${stack}: not removed after ${Math.round(deadline / 1000)} s: ${names.join(", ")}${why}`,
      );
    }
    reasons = [];
    for (const { argv, what } of removals) {
      attempted.add(what);
      reasons.push(...(await attempt(argv, what)));
    }
  }
}

interface Removal {
  readonly argv: readonly string[];
  /** Verb and noun, for errors. */
  readonly what: string;
}

/** Services first, then the objects that they used; volumes and networks once no container remains. */
function possibleRemovals(stack: string, remaining: Remaining): Removal[] {
  if (remaining.service.length > 0) return [{ argv: ["stack", "rm", stack], what: `remove the stack ${stack}` }];
  const unused = ["config", "secret"] as const;
  const kinds = remaining.container.length === 0 ? ([...unused, "network", "volume"] as const) : unused;
  return kinds.flatMap(kind =>
    remaining[kind].map(name => ({ argv: [kind, "rm", name], what: `remove the ${kind} ${name}` })),
  );
}

/** Docker's refusal; nothing on success, or if the object is absent. */
async function attempt(argv: readonly string[], what: string): Promise<string[]> {
  try {
    await docker(argv, what);
    return [];
  } catch (error) {
    if (!(error instanceof ProgramError) || error.kind !== "failed") throw error;
    return /no such|not found|nothing found/i.test(error.result.stderr) ? [] : [error.result.stderr.trim()];
  }
}

async function remainingOf(stack: string): Promise<Remaining> {
  const label = ["--filter", `label=${NAMESPACE}=${stack}`];
  const labelled = async (argv: readonly string[], format: string) =>
    lines((await docker([...argv, ...label, "--format", format], `list what remains of ${stack}`)).stdout);
  const [service, container, network, volume, config, secret] = await Promise.all([
    labelled(["service", "ls"], "{{.Name}}"),
    labelled(["ps", "--all"], "{{.Names}}"),
    labelled(["network", "ls"], "{{.Name}}"),
    labelled(["volume", "ls"], "{{.Name}}"),
    named("config", stack),
    named("secret", stack),
  ]);
  return { service, container, network, config, secret, volume };
}

/**
 * Configs or secrets by name, because abra doesn't label the secrets that it creates. Excludes those of another stack,
 * by their label or by a longer stack's name.
 */
async function named(kind: "config" | "secret", stack: string): Promise<string[]> {
  const format = `{{.Name}}\t{{.Label "${NAMESPACE}"}}`;
  const all = lines((await docker([kind, "ls", "--format", format], `list ${kind}s`)).stdout).map(line =>
    line.split("\t"),
  );
  const own = all
    .filter(([name = "", owner = ""]) => name.startsWith(`${stack}_`) && (owner === "" || owner === stack))
    .map(([name]) => name!);
  if (own.length === 0) return [];
  const stacks = lines((await docker(["stack", "ls", "--format", "{{.Name}}"], "list stacks")).stdout);
  const longer = stacks.filter(other => other.startsWith(`${stack}_`));
  return own.filter(name => !longer.some(other => name.startsWith(`${other}_`)));
}

const NAMESPACE = "com.docker.stack.namespace";

function lines(text: string): string[] {
  return text.split("\n").filter(Boolean);
}
