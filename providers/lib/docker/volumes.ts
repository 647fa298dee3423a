// The volumes of a stack: their paths, whether they are local to this node, and which containers mount them.
import { join } from "node:path";
import { docker, jsonLines } from "./docker.ts";
import { ProgramError } from "../process/index.ts";

export interface Volume {
  /** `<stack>_<name>` */
  readonly name: string;
  /** Its directory on this node. */
  readonly path: string;
  readonly driver: string;
  readonly options: Readonly<Record<string, string>>;
}

class MountedError extends Error {
  override readonly name = "MountedError";
  constructor(mounted: string, users: readonly string[]) {
    super(`volume ${mounted} is mounted by ${users.join(", ")}`);
  }
}

/** Those of `names` (without the stack's prefix) that exist on this node. */
export async function volumesOf(stack: string, names: readonly string[]): Promise<Volume[]> {
  const found = await Promise.all(names.map(name => volume(`${stack}_${name}`)));
  return found.filter(each => each !== undefined);
}

/** Those of the full names `names` that don't exist on this node. */
export async function absentVolumes(names: readonly string[]): Promise<string[]> {
  const found = await Promise.all(names.map(volume));
  return names.filter((_, at) => found[at] === undefined);
}

/** The volumes with these full names. Creates missing ones, empty and with the stack's label. */
export async function ensureVolumes(stack: string, names: readonly string[]): Promise<Volume[]> {
  const label = ["--label", `com.docker.stack.namespace=${stack}`];
  const create = async (name: string) => {
    await docker(["volume", "create", ...label, name], `create the volume ${name}`);
    return volume(name);
  };
  const found = await Promise.all(names.map(async name => (await volume(name)) ?? create(name)));
  return found.filter(each => each !== undefined);
}

/** Names, without the stack's prefix, of the volumes on this node that have the label of `stack`. */
export async function volumeNames(stack: string): Promise<string[]> {
  return (await labelledNames(stack)).map(name => name.slice(stack.length + 1));
}

/** The volumes on this node that have the label of `stack`, and those of `names` (full names) that exist. */
export async function existingVolumes(stack: string, names: readonly string[]): Promise<Volume[]> {
  const all = new Set([...(await labelledNames(stack)), ...names]);
  const found = await Promise.all([...all].map(volume));
  return found.filter(each => each !== undefined);
}

/** Path of the folder in which Docker keeps the volumes of this node. */
export async function volumesFolder(): Promise<string> {
  const { stdout } = await docker(["info", "--format", "{{.DockerRootDir}}"], "find the folder of the volumes");
  return join(stdout.trim(), "volumes");
}

async function labelledNames(stack: string): Promise<string[]> {
  const argv = ["volume", "ls", "--filter", `label=com.docker.stack.namespace=${stack}`, "--format", "{{.Name}}"];
  return (await docker(argv, `list the volumes of ${stack}`)).stdout.split("\n").filter(Boolean);
}

export interface Mount {
  readonly kind: "volume" | "bind";
  /** The volume's full name, or the path on the node. */
  readonly source: string;
}

/**
 * Writable mounts of the services of `stack`, except sockets. Read from Swarm, because a compose file may refer to a
 * volume by another name.
 */
export async function mountsOf(stack: string): Promise<Mount[]> {
  const list = ["service", "ls", "--quiet", "--filter", `label=com.docker.stack.namespace=${stack}`];
  const ids = (await docker(list, `list the services of ${stack}`)).stdout.split("\n").filter(Boolean);
  if (ids.length === 0) return [];
  const { stdout } = await docker(
    ["service", "inspect", "--format", "{{json .Spec.TaskTemplate.ContainerSpec.Mounts}}", ...ids],
    `inspect the mounts of ${stack}`,
  );
  const all = jsonLines<{ Type: string; Source?: string; ReadOnly?: boolean }[] | null>(stdout).flatMap(
    mounts => mounts ?? [],
  );
  return all.flatMap(({ Type, Source = "", ReadOnly }) => {
    if (ReadOnly || Source.endsWith(".sock")) return [];
    return Type === "volume" || Type === "bind" ? [{ kind: Type, source: Source } as const] : [];
  });
}

async function volume(name: string): Promise<Volume | undefined> {
  try {
    const { stdout } = await docker(["volume", "inspect", name], `inspect the volume ${name}`);
    const [found] = JSON.parse(stdout) as {
      Name: string;
      Mountpoint: string;
      Driver: string;
      Options: Record<string, string> | null;
    }[];
    return found && { name: found.Name, path: found.Mountpoint, driver: found.Driver, options: found.Options ?? {} };
  } catch (error) {
    if (error instanceof ProgramError && /no such volume/i.test(error.result.stderr)) return undefined;
    throw error;
  }
}

/** Why a volume can't be snapshotted; undefined if it can. */
export function notLocal({ name, driver, options }: Volume): string | undefined {
  const only = "hearth snapshots local volumes only";
  if (driver !== "local") return `volume ${name} uses the driver ${driver}: ${only}`;
  const { type, o, device } = options;
  if (type || device) return `volume ${name} is ${type ?? "a mount"} of ${device ?? "?"}${o ? ` (${o})` : ""}: ${only}`;
  return undefined;
}

/**
 * Throws MountedError if a running container mounts one of `volumes`: its process might write meanwhile. `guards`: ids
 * of the containers that may.
 */
export async function assertNotMounted(volumes: readonly Volume[], guards: readonly string[] = []): Promise<void> {
  for (const { name } of volumes) {
    const argv = ["ps", "--filter", `volume=${name}`, "--no-trunc", "--format", "{{json .}}"];
    const { stdout } = await docker(argv, `list the containers that mount ${name}`);
    const users = jsonLines<{ ID: string; Names: string }>(stdout).filter(({ ID }) => !guards.includes(ID));
    if (users.length > 0)
      throw new MountedError(
        name,
        users.map(({ Names }) => Names),
      );
  }
}
