// A swarm of plain values behind a fake docker on PATH.
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { closeConnections } from "../../../providers/lib/docker/api.ts";
import { project } from "../../lab/paths.ts";

/** An object of the swarm; `stack` is its label. `busy`: how often its removal is refused. */
export interface Thing {
  readonly name: string;
  readonly stack?: string;
  readonly busy?: number;
  /** Of a network. */
  readonly subnet?: string;
  /** Running tasks of a service. Default: 1. */
  readonly running?: number;
  /** Further labels of a service. */
  readonly labels?: Readonly<Record<string, string>>;
  /** `stop_grace_period` of a service in seconds. */
  readonly grace?: number;
  /** In the present spec of a service, or in that of a container. */
  readonly image?: string;
  /** Whether a service's tasks aren't restarted. */
  readonly oneShot?: boolean;
  /** The last update of a service. */
  readonly update?: { readonly state: string; readonly startedAt: string };
}

/** `name` is its id. Newest first, as docker lists them. */
export interface Container extends Thing {
  /** Its service, with the stack's name. */
  readonly service?: string;
  readonly imageId?: string;
  readonly ended?: boolean;
  /** Removed after it is listed. */
  readonly gone?: boolean;
}

/** On this node. `names`: with a tag or with a digest. */
export interface Image {
  readonly id: string;
  readonly names: readonly string[];
}

/** A node of the swarm; its name is its id. The engine's own is `here`. */
export interface Node {
  readonly name: string;
  /** Default: active. */
  readonly availability?: string;
}

/** A task whose desired state is running; later ones are newer. */
export interface Task {
  /** Its id. */
  readonly service: string;
  readonly stack: string;
  readonly state: string;
  readonly error?: string;
  readonly message?: string;
  readonly image?: string;
  /** Default: the engine's own. */
  readonly node?: string;
  /** Whether it writes to a volume. */
  readonly writes?: boolean;
}

export interface Swarm {
  readonly id?: string;
  /** The engine is unreachable. */
  readonly unreachable?: boolean;
  /** Number of API calls whose connection breaks. */
  readonly broken?: number;
  /** Number of API calls that the engine answers with an error. */
  readonly failing?: number;
  /** Number of queries during which containers outlive their services. */
  readonly linger?: number;
  /** Number of updates of services that fail because Swarm changes the service itself. */
  readonly changing?: number;
  readonly task?: readonly Task[];
  /** Default: the engine's own alone. */
  readonly node?: readonly Node[];
  readonly service?: readonly Thing[];
  readonly container?: readonly Container[];
  readonly network?: readonly Thing[];
  readonly volume?: readonly (Thing & { readonly path?: string; readonly options?: Record<string, string> })[];
  /** Docker's root folder. */
  readonly root?: string;
  readonly config?: readonly Thing[];
  readonly secret?: readonly Thing[];
  readonly image?: readonly Image[];
  /** Ids by the references that can be pulled. Default: the registry refuses every pull. */
  readonly registry?: Readonly<Record<string, string>>;
}

export interface FakeSwarm {
  readonly folder: string;
  set(swarm: Swarm): Promise<void>;
  /** Names of the existing objects, by kind; omits empty kinds. */
  names(): Promise<Record<string, string[]>>;
  /** Ids of this node's images, by name. */
  images(): Promise<Record<string, string>>;
  /** docker's calls, one per line. */
  calls(): Promise<string[]>;
  end(): Promise<void>;
}

/** Replaces `docker` by the fake until `end`. */
export async function fakeSwarm(): Promise<FakeSwarm> {
  const folder = await mkdtemp(join(tmpdir(), "hearth-swarm-"));
  const before = { PATH: process.env["PATH"], FAKE_DOCKER: process.env["FAKE_DOCKER"] };
  process.env["PATH"] = `${join(project, "test/lib/docker/fixtures")}${delimiter}${before.PATH}`;
  process.env["FAKE_DOCKER"] = folder;
  const set = (swarm: Swarm) => writeFile(join(folder, "swarm.json"), JSON.stringify(swarm));
  await set({});
  closeConnections();
  return {
    folder,
    set,
    async names() {
      const {
        id: _id,
        unreachable: _unreachable,
        broken: _broken,
        failing: _failing,
        linger: _linger,
        task: _task,
        node: _node,
        image: _image,
        registry: _registry,
        root: _root,
        ...kinds
      } = JSON.parse(await readFile(join(folder, "swarm.json"), "utf8")) as Swarm;
      const found = Object.entries(kinds as Record<string, Thing[]>).map(
        ([kind, things]) => [kind, things.map(({ name }) => name)] as const,
      );
      return Object.fromEntries(found.filter(([, names]) => names.length > 0));
    },
    async images() {
      const { image = [] } = JSON.parse(await readFile(join(folder, "swarm.json"), "utf8")) as Swarm;
      return Object.fromEntries(image.flatMap(({ id, names }) => names.map(name => [name, id])));
    },
    calls: async () => (await readFile(join(folder, "calls"), "utf8").catch(() => "")).split("\n").filter(Boolean),
    async end() {
      closeConnections();
      process.env["PATH"] = before.PATH;
      if (before.FAKE_DOCKER === undefined) delete process.env["FAKE_DOCKER"];
      else process.env["FAKE_DOCKER"] = before.FAKE_DOCKER;
      await rm(folder, { recursive: true });
    },
  };
}
