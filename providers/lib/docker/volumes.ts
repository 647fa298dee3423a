// The volumes of a stack: where they lie, whether they are this node's own, and who mounts them.
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

export class MountedError extends Error {
  override readonly name = "MountedError";
  constructor(mounted: string, users: readonly string[]) {
    super(`volume ${mounted} is mounted by ${users.join(", ")}`);
  }
}

/** Those of `names` (as the compose file has them) that exist on this node. */
export async function volumesOf(stack: string, names: readonly string[]): Promise<Volume[]> {
  const found = await Promise.all(names.map(name => volume(`${stack}_${name}`)));
  return found.filter(each => each !== undefined);
}

/** The volumes with these full names; one that is gone is made, empty, with the label that makes it the stack's again. */
export async function ensureVolumes(stack: string, names: readonly string[]): Promise<Volume[]> {
  const label = ["--label", `com.docker.stack.namespace=${stack}`];
  const make = async (name: string) => {
    await docker(["volume", "create", ...label, name], `make the volume ${name}`);
    return volume(name);
  };
  const found = await Promise.all(names.map(async name => (await volume(name)) ?? make(name)));
  return found.filter(each => each !== undefined);
}

/** Names, without the stack's prefix, of all volumes on this node that were made for `stack`. */
export async function volumeNames(stack: string): Promise<string[]> {
  const argv = ["volume", "ls", "--filter", `label=com.docker.stack.namespace=${stack}`, "--format", "{{.Name}}"];
  const names = (await docker(argv, `list the volumes of ${stack}`)).stdout.split("\n").filter(Boolean);
  return names.map(name => name.slice(stack.length + 1));
}

export interface Mount {
  readonly kind: "volume" | "bind";
  /** The volume's full name, or the path on the node. */
  readonly source: string;
}

/** What the services of `stack` may write to, sockets aside. Read from Swarm: a recipe's compose file may call a volume by another name. */
export async function mountsOf(stack: string): Promise<Mount[]> {
  const list = ["service", "ls", "--quiet", "--filter", `label=com.docker.stack.namespace=${stack}`];
  const ids = (await docker(list, `list the services of ${stack}`)).stdout.split("\n").filter(Boolean);
  if (ids.length === 0) return [];
  const { stdout } = await docker(
    ["service", "inspect", "--format", "{{json .Spec.TaskTemplate.ContainerSpec.Mounts}}", ...ids],
    `look at the mounts of ${stack}`,
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
    const { stdout } = await docker(["volume", "inspect", name], `look at the volume ${name}`);
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

/** Why a volume can't be snapshotted and swapped here, in a sentence; undefined where it can. */
export function notLocal({ name, driver, options }: Volume): string | undefined {
  if (driver !== "local") return `volume ${name} is of the driver ${driver}: hearth snapshots local volumes only`;
  const { type, o, device } = options;
  if (type || device)
    return `volume ${name} is ${type ?? "a mount"} of ${device ?? "?"}${o ? ` (${o})` : ""}: hearth snapshots local volumes only`;
  return undefined;
}

/** Throws where a container runs that mounts one of them: nothing is read or swapped under a living process. */
export async function assertNotMounted(volumes: readonly Volume[]): Promise<void> {
  for (const { name } of volumes) {
    const argv = ["ps", "--filter", `volume=${name}`, "--format", "{{.Names}}"];
    const users = (await docker(argv, `look who mounts ${name}`)).stdout.split("\n").filter(Boolean);
    if (users.length > 0) throw new MountedError(name, users);
  }
}
