// Removes everything of a stack from this swarm: services, networks, configs, secrets and volumes. Knows only docker.
import { setTimeout as sleep } from "node:timers/promises";
import { ProgramError } from "../process/index.ts";
import { monotonicNow } from "../time/index.ts";
import { docker } from "./docker.ts";
import { NotRemovedError } from "./waitUntilRemoved.ts";

type Kind = "service" | "container" | "network" | "config" | "secret" | "volume";
type Left = Readonly<Record<Kind, readonly string[]>>;

export interface RemoveOptions {
  /** Milliseconds after which it gives up. Default: 2 minutes. */
  readonly deadline?: number;
}

/**
 * Removes everything of `stack`, and repeats until nothing is left: Swarm answers long before its objects are free.
 * Absent is success. Throws NotRemovedError after `deadline` with what is left and docker's reasons, but not before
 * every object that can be removed was tried.
 */
export async function removeStack(stack: string, { deadline = 120_000 }: RemoveOptions = {}): Promise<void> {
  if (stack === "") throw new TypeError("a stack without a name");
  const attempted = new Set<string>();
  let reasons: string[] = [];
  for (const start = monotonicNow(); ; await sleep(300)) {
    const left = await leftOf(stack);
    const names = Object.entries(left).flatMap(([kind, found]) => found.map(name => `${kind} ${name}`));
    if (names.length === 0) return;
    const removals = possibleRemovals(stack, left);
    if (monotonicNow() - start > deadline && removals.every(({ what }) => attempted.has(what))) {
      const why = reasons.length > 0 ? ` (${reasons.join("; ")})` : "";
      throw new NotRemovedError(
        `${stack}: still there after ${Math.round(deadline / 1000)} s: ${names.join(", ")}${why}`,
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

/** Services first, then what they used; volumes and networks once no container is left. */
function possibleRemovals(stack: string, left: Left): Removal[] {
  if (left.service.length > 0) return [{ argv: ["stack", "rm", stack], what: `remove the stack ${stack}` }];
  const unused = ["config", "secret"] as const;
  const kinds = left.container.length === 0 ? ([...unused, "network", "volume"] as const) : unused;
  return kinds.flatMap(kind =>
    left[kind].map(name => ({ argv: [kind, "rm", name], what: `remove the ${kind} ${name}` })),
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

async function leftOf(stack: string): Promise<Left> {
  const label = ["--filter", `label=${NAMESPACE}=${stack}`];
  const labelled = async (argv: readonly string[], format: string) =>
    lines((await docker([...argv, ...label, "--format", format], `look for what is left of ${stack}`)).stdout);
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

/** By name, because abra doesn't label the secrets that it creates; never one of another stack, by its label or a longer stack's name. */
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
