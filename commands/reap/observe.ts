// One look at the world: what runs made first and their leases last, as a lease stands before its realm and goes after it.
import {
  isLease,
  isMaintenance,
  type Entry,
  type LeaseNote,
} from "../../providers/lib/coordination/coordinationStore.ts";
import { isLive } from "../../providers/lib/coordination/liveness.ts";
import { SETTLED, type Realms, type Seen, type SeenLease, type SeenMaintenance, type SeenPulumi } from "./observed.ts";
import type { World } from "./host.ts";

/** Throws UnreadableNoteError before anything else is asked where the board can't be understood. */
export async function look(world: World): Promise<Seen> {
  const { swarm, baseDomain, kept, keycloak, board } = world;
  const began = world.now();
  const realms = await realmsOutside(world, await maintenanceOf(world, await board.all()));
  const [{ stacks, names }, pulumi, dirs] = await Promise.all([world.stacks(), world.pulumi(), world.dirs()]);
  const entries = await board.all();
  const leases = await Promise.all(entries.filter(isLease).map(entry => judged(world, entry)));
  const seen = {
    swarm,
    baseDomain,
    kept,
    keycloak,
    began,
    realms,
    leases,
    maintenance: await maintenanceOf(world, entries),
    stacks,
    names,
    dirs,
  };
  return { ...seen, pulumi: await withSwarms(world, { ...seen, pulumi }) };
}

async function judged({ now, life }: World, entry: Entry<LeaseNote>): Promise<SeenLease> {
  const { owner } = entry.note;
  const known = owner === undefined ? "unknown" : await life(owner);
  return { entry, life: known, live: await isLive(entry.note, now(), async () => known) };
}

/** undefined: there is none. */
export async function maintenanceOf(
  { life, isLeftOver }: World,
  entries: readonly Entry[],
): Promise<SeenMaintenance | undefined> {
  const entry = entries.find(isMaintenance);
  return entry && { entry, over: (await life(entry.note.owner)) === "dead" && (await isLeftOver(entry.note)) };
}

/** What the kept Keycloak's maintenance is for, where it is in one. */
export function maintained(there: SeenMaintenance | undefined, keycloak: string): string | undefined {
  if (!there || there.over || there.entry.note.domain !== keycloak) return undefined;
  return `${there.entry.note.what}, since ${there.entry.note.since}`;
}

/** A Keycloak in maintenance isn't even asked. */
async function realmsOutside(world: World, there: SeenMaintenance | undefined): Promise<Realms> {
  const detail = maintained(there, world.keycloak);
  return detail === undefined
    ? world.realms()
    : { unseen: { reason: "keycloak is in maintenance", detail, failure: false } };
}

/** A backend may serve several swarms. Asked only of what has no lease here and may be about to go: it takes a process each. */
async function withSwarms(
  world: World,
  { pulumi, leases, dirs, began }: Pick<Seen, "pulumi" | "leases" | "dirs" | "began">,
): Promise<SeenPulumi[]> {
  const all: SeenPulumi[] = [];
  for (const each of pulumi) {
    const run = each.name.replace(/^ci-/, "");
    const leased = leases.some(({ entry }) => entry.note.run === run);
    const candidate =
      dirs.some(dir => dir.name === run && dir.life === "dead") ||
      (each.changed !== undefined && began - each.changed >= SETTLED);
    all.push(!leased && candidate ? { ...each, swarm: await world.swarmOf(each.name) } : each);
  }
  return all;
}
