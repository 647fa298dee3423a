// What runs and warm apps record for each other: a lease says that a run is in flight, maintenance that an app changes.
import { z } from "zod";
import { processIdentity } from "../process/index.ts";
import { keycloakKind, runScope } from "./scope.ts";

const format = z.literal(1);
const moment = z.iso.datetime();

/** A run is in flight. */
export const lease = z.object({
  format,
  kind: z.literal("run"),
  /** `<recipe>-<hex>` */
  run: z.string().min(1),
  /** The Keycloak that it uses; while that is the warm one, the warm one isn't changed. */
  keycloak: keycloakKind,
  /** The domains it may deploy at: whatever is deployed there belongs to the run. */
  domains: z.array(z.string()),
  acquiredAt: moment,
  /** When it ends, unless it is renewed or its holder is proved alive. */
  expiresAt: moment,
  /** The process that holds it; absent: the lease is timed. */
  holder: processIdentity.optional(),
});

/** A warm app is about to change, or changing. */
export const maintenance = z.object({
  format,
  kind: z.literal("maintenance"),
  /** The app's recipe, and where it is deployed. */
  app: z.string().min(1),
  domain: z.string().min(1),
  /** What is done, in words: `10.7.1+26.4.0 → 10.8.0+26.5.0`. */
  what: z.string(),
  /** The runs that must not begin meanwhile, as the app's profile says. */
  blocks: runScope,
  startedAt: moment,
  holder: processIdentity,
  /** hearth's directory on the holder's host: the journal there says whether the operation is over. */
  stateDir: z.string(),
  /** Found stale after its holder died: from now on it is only removed, never taken over. */
  stale: z.literal(true).optional(),
});

export type LeaseRecord = z.infer<typeof lease>;
export type MaintenanceRecord = z.infer<typeof maintenance>;
export type CoordinationRecord = LeaseRecord | MaintenanceRecord;

export const coordinationRecord = z.discriminatedUnion("kind", [lease, maintenance]);

/** Who changes what since when, for people. */
export function describeMaintenance({ app, what, startedAt, holder }: MaintenanceRecord): string {
  return `${app} is in maintenance (${what}) since ${startedAt}, by pid ${holder.pid} on ${holder.host}`;
}
