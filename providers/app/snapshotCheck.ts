// Decides, before anything stops, whether a snapshot can be restored, and what can be done if it can't.
import { damageOf, listSnapshots, type ListedSnapshot, type Manifest } from "../lib/snapshot/index.ts";
import { UnusableSnapshotError } from "./errors.ts";

/** An intact snapshot, and how a command names it. */
export interface IntactSnapshot extends Pick<Manifest, "version" | "taken"> {
  /** It is the one before the last. */
  readonly previous: boolean;
}

/**
 * The newest snapshot, or the one before it, for `hearth restore`. Reads its manifest only. Throws
 * UnusableSnapshotError, or an error if there is none.
 */
export async function chooseSnapshot(name: string, folder: string, previous: boolean): Promise<Manifest> {
  const listed = await listSnapshots(folder);
  const chosen = listed[previous ? 1 : 0];
  if (!chosen) throw new Error(`${name}: ${previous ? "previous snapshot" : "snapshot"} not found`);
  if (!chosen.manifest) throw unusable(name, `${name}'s snapshot`, chosen.damage, await intactOf(listed, chosen));
  return chosen.manifest;
}

/** The snapshot `id`, read back from the disk. Throws UnusableSnapshotError if it isn't intact. */
export async function requireIntact(
  name: string,
  folder: string,
  id: string,
  options?: Parameters<typeof damageOf>[1],
): Promise<Manifest> {
  const listed = await listSnapshots(folder);
  const found = listed.find(({ manifest }) => manifest?.id === id);
  // An unreadable one may be it.
  const damage = found ? await damageOf(found, options) : (listed.find(each => !each.manifest)?.damage ?? "not found");
  if (found?.manifest && damage === undefined) return found.manifest;
  const what = `${name}'s snapshot ${found?.manifest ? describe(found.manifest) : id}`;
  throw unusable(name, what, damage ?? "not found", await intactOf(listed, found));
}

async function intactOf(
  listed: readonly ListedSnapshot[],
  except: ListedSnapshot | undefined,
): Promise<IntactSnapshot[]> {
  const intact: IntactSnapshot[] = [];
  for (const [index, snapshot] of listed.entries()) {
    // A third one is about to be removed: no command names it.
    if (snapshot === except || index > 1 || !snapshot.manifest || (await damageOf(snapshot)) !== undefined) continue;
    intact.push({ ...snapshot.manifest, previous: index === 1 });
  }
  // Older ones first: a newer one that is intact was passed over on purpose.
  return intact.toReversed();
}

function describe({ version, taken }: Pick<Manifest, "version" | "taken">): string {
  return `of ${taken} (${version})`;
}

/** Pure: the error, which offers the other snapshots by name and has a command for each thing left to do. */
export function unusable(
  name: string,
  what: string,
  damage: string,
  intact: readonly IntactSnapshot[],
): UnusableSnapshotError {
  const restore = ({ previous }: IntactSnapshot) => `hearth restore ${name}${previous ? " --previous" : ""}`;
  const offer =
    intact.length === 0
      ? "no other snapshot is intact"
      : intact.map(snapshot => `intact is the one ${describe(snapshot)}: ${restore(snapshot)}`).join("; ");
  const todo = [
    ...intact.map(snapshot => `${restore(snapshot)}: back to the snapshot ${describe(snapshot)}`),
    `hearth retry ${name} --keep-data: start the version before on today's data`,
    `hearth accept ${name}: keep what runs, once it is healthy`,
    `hearth retry ${name}: roll back, once the snapshot's files are repaired`,
  ];
  return new UnusableSnapshotError(`${what} is damaged: ${damage}; ${offer}`, todo.join("; "));
}

/** Pure: the error for a disk with too little space. */
export function noSpace(name: string, shortage: string): UnusableSnapshotError {
  return new UnusableSnapshotError(
    `${name}'s snapshot can't be restored: ${shortage}`,
    `free space, then run hearth retry ${name}; or hearth accept ${name}: keep what runs, once it is healthy`,
  );
}
