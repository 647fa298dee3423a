// The board on which runs and kept apps read of each other: leases and maintenance, as Swarm's config objects.
import { z } from "zod";
import { owner, type Life, type Owner } from "../process/identity.ts";
import { configsWith, createConfig, relabelConfig, removeConfig, type Config } from "../docker/configs.ts";

const format = z.literal(1);
const moment = z.iso.datetime();

/** The sign that a run is in flight. */
export const lease = z.object({
  format,
  kind: z.literal("run"),
  /** `<recipe>-<hex>` */
  run: z.string().min(1),
  /** The Keycloak it uses: the kept one, which then isn't touched, one of its own, or none. */
  keycloak: z.enum(["warm", "cold", "none"]),
  /** The domains it may deploy at: whatever runs there is the run's. */
  domains: z.array(z.string()),
  since: moment,
  /** Its end, unless it is renewed, or its owner is proved to live. */
  until: moment,
  /** Held by this process; absent: timed. */
  owner: owner.optional(),
});

/** The sign that a kept app is about to be changed, or is being changed: no run may begin on it. */
export const maintenance = z.object({
  format,
  kind: z.literal("maintenance"),
  /** The app's recipe, and where it is deployed. */
  app: z.string().min(1),
  domain: z.string().min(1),
  /** What is done, in words: `10.7.1+26.4.0 → 10.8.0+26.5.0`. */
  what: z.string(),
  since: moment,
  owner,
  /** hearth's directory on the owner's host: the journal there says whether the operation is over. */
  stateDir: z.string(),
  /** Found left over by a dead owner: from now on it is only removed, and never taken over. */
  over: z.literal(true).optional(),
});

export type LeaseNote = z.infer<typeof lease>;
export type MaintenanceNote = z.infer<typeof maintenance>;
export type Note = LeaseNote | MaintenanceNote;

/** A note as it hangs there. */
export interface Entry<N extends Note = Note> {
  readonly id: string;
  readonly name: string;
  readonly created: string;
  readonly version: number;
  readonly note: N;
}

export interface Board {
  /** Hangs it up under `name`; false where that name is taken. */
  put(name: string, note: Note): Promise<boolean>;
  all(): Promise<Entry[]>;
  /** Another text in its place, if nobody changed or removed it since it was read. */
  rewrite(entry: Entry, note: Note): Promise<boolean>;
  /** Exactly this one. Absent is success. */
  remove(entry: Pick<Entry, "id" | "name">): Promise<void>;
}

/** What either side of the board needs beside it; times in milliseconds. */
export interface BoardWorld {
  readonly board: Board;
  now(): number;
  sleep(ms: number): Promise<void>;
  say(line: string): void;
  life(owner: Owner): Promise<Life>;
  /** Whether a maintenance whose owner is dead is over: no operation is open that it belongs to. */
  isLeftOver(maintenance: MaintenanceNote): Promise<boolean>;
}

export const MAINTENANCE = "hearth-maintenance";

/** So often a name is taken, and nothing of the board's bears it: then it is no race any more. */
export const FOREIGN = 20;

export function foreign(name: string): string {
  return `the swarm has a config called ${name} that isn't hearth's: remove it (docker config rm ${name})`;
}

/** The name of a run's lease: from its hex alone, which is distinct across recipes too. */
export function leaseName(run: string): string {
  return `hearth-run-${run.slice(-6)}`;
}

/** The label that holds the note, and marks the object as one of the board's. */
export const LABEL = "hearth.note";

const anyNote = z.discriminatedUnion("kind", [lease, maintenance]);

/** What hangs there and isn't understood: a newer hearth's, which must not be overlooked. */
export class UnreadableNoteError extends Error {
  override readonly name = "UnreadableNoteError";
}

export const swarmBoard: Board = {
  put: (name, text) => createConfig(name, { [LABEL]: JSON.stringify(text) }),
  all: async () => (await configsWith(LABEL)).map(read),
  rewrite: ({ id, name, version }, text) =>
    relabelConfig({ id, name, version, labels: {}, created: "" }, { [LABEL]: JSON.stringify(text) }),
  remove: removeConfig,
};

function read({ id, name, labels, created, version }: Config): Entry {
  const parsed = anyNote.safeParse(json(labels[LABEL] ?? ""));
  if (!parsed.success)
    throw new UnreadableNoteError(
      `the swarm's config ${name} isn't written as this hearth writes them: ${parsed.error.issues[0]?.message}`,
    );
  return { id, name, created, version, note: parsed.data };
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export const isLease = (entry: Entry): entry is Entry<LeaseNote> => entry.note.kind === "run";
export const isMaintenance = (entry: Entry): entry is Entry<MaintenanceNote> => entry.note.kind === "maintenance";

/**
 * Takes away maintenance that a dead owner left over. Marked first, as whoever takes it over instead keeps its id; false where somebody
 * has done that, or has changed it otherwise.
 */
export async function removeLeftOver(board: Board, found: Entry<MaintenanceNote>): Promise<boolean> {
  if (!found.note.over && !(await board.rewrite(found, { ...found.note, over: true }))) return false;
  await board.remove(found);
  return true;
}

/** The lease of `run`; undefined where it has none. */
export async function leaseOf(board: Board, run: string): Promise<Entry<LeaseNote> | undefined> {
  return (await board.all()).filter(isLease).find(({ note }) => note.run === run);
}
