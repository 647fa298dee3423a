// A run's lease in the reaper's own hand while it works: who begins meanwhile with the same identity, or drains the kept Keycloak, sees it.
import { isSame, type Owner } from "../../providers/lib/process/identity.ts";
import {
  leaseName,
  leaseOf,
  type Board,
  type Entry,
  type LeaseNote,
} from "../../providers/lib/coordination/coordinationStore.ts";
import { HELD } from "../../providers/lib/coordination/liveness.ts";
import type { Plan } from "./plan.ts";

/** The lease as the reaper's; undefined where it isn't as it was seen any more, or somebody else was quicker: then nothing may be touched. */
export async function claim(
  board: Board,
  plan: Plan,
  owner: Owner,
  now: number,
): Promise<Entry<LeaseNote> | undefined> {
  const there = await leaseOf(board, plan.run);
  if (there && (there.id !== plan.lease?.id || there.version !== plan.lease.version)) return undefined;
  const until = new Date(now + HELD).toISOString();
  const got = there
    ? await board.rewrite(there, { ...there.note, owner, until })
    : await board.put(leaseName(plan.run), { ...(plan.lease?.note ?? noteOf(plan, now)), owner, until });
  if (!got) return undefined;
  const own = await leaseOf(board, plan.run);
  return own?.note.owner && isSame(own.note.owner, owner) ? own : undefined;
}

/** Back to what it was: over. An orphan's stays as well, as it may be all that is left to prove whose the rest is. */
export async function letGo(board: Board, claimed: Entry<LeaseNote>, plan: Plan, now: number): Promise<void> {
  const { owner: _, ...note } = claimed.note;
  await board.rewrite(claimed, plan.lease?.note ?? { ...note, until: new Date(now).toISOString() });
}

function noteOf({ run, domains, parts }: Plan, now: number): LeaseNote {
  const since = new Date(now).toISOString();
  const keycloak = parts.some(({ kind }) => kind === "realm") ? "warm" : "none";
  return { format: 1, kind: "run", run, keycloak, domains: [...domains], since, until: since };
}
