// A swarm of plain values behind a docker on PATH.
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { closeConnections } from "../../../providers/lib/docker/api.ts";
import { project } from "../../lab/paths.ts";

/** A thing of a swarm; `stack` is its label. `busy`: how often its removal is refused. */
export interface Thing {
  readonly name: string;
  readonly stack?: string;
  readonly busy?: number;
}

/** A task that is to run. */
export interface Task {
  /** Its id. */
  readonly service: string;
  readonly stack: string;
  readonly state: string;
  readonly error?: string;
}

export interface Swarm {
  readonly id?: string;
  /** Docker finds no engine. */
  readonly unreachable?: boolean;
  /** How many calls of the API break their connection. */
  readonly broken?: number;
  /** Looks for which containers stay when their services are gone. */
  readonly linger?: number;
  readonly task?: readonly Task[];
  readonly service?: readonly Thing[];
  readonly container?: readonly Thing[];
  readonly network?: readonly Thing[];
  readonly volume?: readonly Thing[];
  readonly config?: readonly Thing[];
  readonly secret?: readonly Thing[];
}

export interface FakeSwarm {
  readonly folder: string;
  set(swarm: Swarm): Promise<void>;
  /** Names of what is there, by kind; kinds without any are left out. */
  names(): Promise<Record<string, string[]>>;
  /** What docker was asked, a line each. */
  calls(): Promise<string[]>;
  end(): Promise<void>;
}

/** From now on `docker` is the fake, until `end`. */
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
        linger: _linger,
        task: _task,
        ...kinds
      } = JSON.parse(await readFile(join(folder, "swarm.json"), "utf8")) as Swarm;
      const found = Object.entries(kinds as Record<string, Thing[]>).map(
        ([kind, things]) => [kind, things.map(({ name }) => name)] as const,
      );
      return Object.fromEntries(found.filter(([, names]) => names.length > 0));
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
