// Guards: containers that only wait, so that no prune of the host takes the volumes and images of an app that is down.
// They must run: `docker system prune` removes containers that are merely created or stopped first.
import { createHash } from "node:crypto";
import { docker, jsonLines } from "./docker.ts";
import { ProgramError } from "../process/index.ts";

const LABEL = "hearth.guard";
const PROGRAM = "/hearth-guard";

/** A container that holds one image and some volumes. */
export interface GuardPlan {
  /** `hearth-guard-<stack>-<hex>`; another image or other volumes make another name. */
  readonly name: string;
  /** A tag or an id on this node. */
  readonly image: string;
  /** Full names. */
  readonly volumes: readonly string[];
}

export interface RunningGuard {
  readonly id: string;
  readonly name: string;
}

/** One guard for each image, each with every volume. */
export function planGuards(stack: string, images: readonly string[], volumes: readonly string[]): GuardPlan[] {
  const sorted = [...new Set(volumes)].toSorted();
  return [...new Set(images)].toSorted().map(image => {
    const hash = createHash("sha256")
      .update(JSON.stringify([image, sorted]))
      .digest("hex")
      .slice(0, 12);
    return { name: `hearth-guard-${stack}-${hash}`, image, volumes: sorted };
  });
}

/**
 * argv of docker for a guard that runs `program`, a path on this node. It comes back with the engine and the host.
 * `declared`: paths that the image declares as volumes; docker would make an anonymous volume for each.
 */
export function guardArgv(
  stack: string,
  { name, image, volumes }: GuardPlan,
  program: string,
  declared: readonly string[] = [],
): string[] {
  const masks = declared.flatMap(path => ["--mount", `type=tmpfs,target=${path},tmpfs-size=65536`]);
  const mounts = volumes.flatMap((volume, at) => [
    "--mount",
    `type=volume,source=${volume},target=/hearth/${at},readonly,volume-nocopy`,
  ]);
  return [
    ..."run --detach --pull never --restart always --network none --read-only --cap-drop ALL".split(" "),
    ..."--security-opt no-new-privileges --memory 8m --user 65534:65534 --log-driver none --no-healthcheck".split(" "),
    "--name",
    name,
    "--label",
    `${LABEL}=${stack}`,
    "--entrypoint",
    PROGRAM,
    "--mount",
    `type=bind,source=${program},target=${PROGRAM},readonly`,
    ...mounts,
    ...masks,
    image,
  ];
}

/** Starts a guard. Returns its id. */
export async function startGuard(stack: string, plan: GuardPlan, program: string): Promise<string> {
  await removeContainer(plan.name); // one that doesn't run, or that hearth didn't record
  const declared = await declaredVolumes(plan.image);
  return (await docker(guardArgv(stack, plan, program, declared), `start ${plan.name}`)).stdout.trim();
}

/** Without paths that a mount can't name: these get an anonymous volume, which goes with the guard. */
async function declaredVolumes(image: string): Promise<string[]> {
  const argv = ["image", "inspect", "--format", "{{json .Config.Volumes}}", image];
  const { stdout } = await docker(argv, `inspect the image ${image}`);
  const volumes = JSON.parse(stdout) as Record<string, unknown> | null;
  return Object.keys(volumes ?? {}).filter(path => /^\/[^,"]*$/.test(path));
}

/** The running guards of `stack`. */
export async function runningGuards(stack: string): Promise<RunningGuard[]> {
  return listGuards(stack, []);
}

/** Removes the guards of `stack`, running or not, except those with the names `kept`. Absent is success. */
export async function removeGuards(stack: string, kept: ReadonlySet<string> = new Set()): Promise<void> {
  for (const { name } of await listGuards(stack, ["--all"])) if (!kept.has(name)) await removeContainer(name);
}

async function listGuards(stack: string, options: readonly string[]): Promise<RunningGuard[]> {
  const filter = ["--filter", `label=${LABEL}=${stack}`, "--no-trunc", "--format", "{{json .}}"];
  const { stdout } = await docker(["ps", ...options, ...filter], `list the guards of ${stack}`);
  return jsonLines<{ ID: string; Names: string }>(stdout).map(({ ID, Names }) => ({ id: ID, name: Names }));
}

/** With the anonymous volumes that its image declares; named ones stay. */
async function removeContainer(name: string): Promise<void> {
  await docker(["rm", "--force", "--volumes", name], `remove ${name}`).catch(error => {
    if (error instanceof ProgramError && /no such container/i.test(error.result.stderr)) return;
    throw error;
  });
}
