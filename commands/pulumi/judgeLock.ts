// Judges one of Pulumi's locks by its content: pid, host name and time of the process that holds it. Pure.
import { z } from "zod";
import type { Liveness, VisibleProcess } from "../../providers/lib/process/index.ts";

const lockFile = z.looseObject({
  pid: z.int().positive(),
  hostname: z.string(),
  timestamp: z.iso.datetime({ offset: true }),
});

export type LockContent = z.infer<typeof lockFile>;

/** What a lock says; `empty`: a power cut left it without content; `unreadable`: another program's format. */
export type LockText = LockContent | "empty" | "unreadable";

/** Where this process looks from. */
export interface Viewpoint {
  readonly hostname: string;
  /** Whether it sees all processes of its system, and isn't in an application container. */
  readonly seesAll: boolean;
  /** No later than the machine's boot, in ms since 1970. */
  readonly bootedBefore: number;
  /** Running processes with the lock's pid, in this pid namespace and those below. */
  readonly processes: readonly VisibleProcess[];
}

/** The `hearth` that started the Pulumi which holds the lock. */
export interface Starter {
  /** Its host name, which Pulumi has too. */
  readonly host: string;
  readonly liveness: Liveness;
  /** Whether it runs, or ran, in this boot and pid namespace: then so does the Pulumi that it started. */
  readonly isHere: boolean;
  /** In clock ticks since boot. */
  readonly started: number;
}

/** Pulumi writes a lock elsewhere and renames it: one that isn't JSON was cut off by a power cut. */
export function parseLock(text: string): LockText {
  try {
    const lock = lockFile.safeParse(JSON.parse(text));
    return lock.success ? lock.data : "unreadable";
  } catch {
    return "empty";
  }
}

/**
 * `dead` only with proof. `isLocal`: the lock is on this machine's own disk. `starter`: if the run's is recorded. No
 * times of the wall clock decide, except those of two boots.
 */
export function judgeLock(
  lock: LockText,
  { isLocal, starter }: { readonly isLocal: boolean; readonly starter: Starter | undefined },
  viewpoint: Viewpoint,
): Liveness {
  if (lock === "empty") return "dead";
  if (lock === "unreadable") return "unknown";
  const own = starter?.host === lock.hostname ? starter : undefined;
  if (own?.isHere) return hasPulumi(viewpoint, own.started) ? "alive" : "dead";
  // A container was stamped when it started, not at boot.
  if (isLocal && viewpoint.seesAll && Date.parse(lock.timestamp) < viewpoint.bootedBefore) return "dead";
  // Its machine was rebooted: a starter that isn't here is never proved dead otherwise.
  if (own?.liveness === "dead") return "dead";
  if (lock.hostname !== viewpoint.hostname) return "unknown";
  if (hasPulumi(viewpoint)) return "alive";
  // Another machine, or a container that isn't visible from here, may have the same name.
  return !own && isLocal && viewpoint.seesAll ? "dead" : "unknown";
}

/** A pid is reused; a Pulumi doesn't begin before the process that started it. */
function hasPulumi({ processes }: Viewpoint, since = 0): boolean {
  return processes.some(
    ({ name, program, started }) => started >= since && (name.includes("pulumi") || program.includes("pulumi")),
  );
}
