// Everything of a stack gone from this swarm: services, networks, configs, secrets and volumes. Knows docker alone.
import { setTimeout as sleep } from "node:timers/promises";
import { monotonicNow } from "../time/index.ts";
import { ProgramError } from "../process/index.ts";
import { docker } from "./docker.ts";
import { NotRemovedError } from "./waitUntilRemoved.ts";

type Kind = "service" | "container" | "network" | "config" | "secret" | "volume";
type Left = Readonly<Record<Kind, readonly string[]>>;

export interface RemoveOptions {
  /** Milliseconds after which it gives up. Default: 2 minutes. */
  readonly deadline?: number;
}

/**
 * Takes away what is left of `stack` and looks again, until nothing is. What is in use is tried again: Swarm answers long before it
 * has let go. Nothing there is success. Throws NotRemovedError with what is left and docker's last word on it.
 */
export async function removeStack(stack: string, { deadline = 120_000 }: RemoveOptions = {}): Promise<void> {
  if (stack === "") throw new TypeError("a stack without a name");
  const start = monotonicNow();
  const words: string[] = [];
  // At least one attempt, however slow Docker answers: without one, the error couldn't say what Docker objects to.
  for (let attempts = 0; ; attempts++, await sleep(300)) {
    const left = await leftOf(stack);
    const names = Object.entries(left).flatMap(([kind, found]) => found.map(name => `${kind} ${name}`));
    if (names.length === 0) return;
    if (attempts > 0 && monotonicNow() - start > deadline) {
      const why = words.length > 0 ? ` (${words.join("; ")})` : "";
      throw new NotRemovedError(
        `${stack}: still there after ${Math.round(deadline / 1000)} s: ${names.join(", ")}${why}`,
      );
    }
    words.splice(0, words.length, ...(await removeWhatCanGo(stack, left)));
  }
}

/** Services first; what they use once they are gone; volumes and networks once no container is left. Gives back what docker said against it. */
async function removeWhatCanGo(stack: string, left: Left): Promise<string[]> {
  if (left.service.length > 0) return tried(["stack", "rm", stack], `remove the stack ${stack}`);
  const free =
    left.container.length === 0
      ? (["config", "secret", "network", "volume"] as const)
      : (["config", "secret"] as const);
  const words: string[] = [];
  for (const kind of free)
    for (const name of left[kind]) words.push(...(await tried([kind, "rm", name], `remove the ${kind} ${name}`)));
  return words;
}

async function tried(argv: readonly string[], what: string): Promise<string[]> {
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

/** By name, as abra puts no label on the secrets that it makes; never one that says it is of another stack, or whose name begins with one's. */
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
