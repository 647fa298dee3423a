// The records through which runs and warm apps coordinate: a lease means that a run is active, maintenance that an app
// is changing.
import { z } from "zod";
import { processIdentity } from "../process/index.ts";
import { keycloakKind, runScope } from "./scope.ts";

const format = z.literal(1);
const timestamp = z.iso.datetime();

/** A run is active. */
export const lease = z.object({
  format,
  kind: z.literal("run"),
  /** `<recipe>-<hex>` */
  run: z.string().min(1),
  /** The Keycloak that it uses. `warm` blocks changes to the warm Keycloak. */
  keycloak: keycloakKind,
  /** The domains where it may deploy: any app there belongs to the run. */
  domains: z.array(z.string()),
  acquiredAt: timestamp,
  /** When it expires, unless it is renewed or its holder is proved alive. */
  expiresAt: timestamp,
  /** The process that holds it; absent from a timed lease. */
  holder: processIdentity.optional(),
});

/** A warm app is changing, or about to. */
export const maintenance = z.object({
  format,
  kind: z.literal("maintenance"),
  /** The app's recipe. */
  app: z.string().min(1),
  domain: z.string().min(1),
  /** The change in words: `10.7.1+26.4.0 → 10.8.0+26.5.0`. */
  what: z.string(),
  /** The runs that must not begin meanwhile, from the app's profile. */
  blocks: runScope,
  startedAt: timestamp,
  /** When it ends, unless it is renewed or its holder is proved alive; absent from an older hearth's. */
  expiresAt: timestamp.optional(),
  holder: processIdentity,
  /** hearth's directory on the holder's host. The journal there shows whether the operation is open. */
  stateDir: z.string(),
  /** Found stale after its holder died: it may only be removed, not taken over. */
  stale: z.literal(true).optional(),
});

export type LeaseRecord = z.infer<typeof lease>;
export type MaintenanceRecord = z.infer<typeof maintenance>;
export type CoordinationRecord = LeaseRecord | MaintenanceRecord;

export const coordinationRecord = z.discriminatedUnion("kind", [lease, maintenance]);

/** One sentence for people: the app, the change, its start and its holder. */
export function describeMaintenance({ app, what, startedAt, holder }: MaintenanceRecord): string {
  return `${app} is in maintenance (${what}) since ${startedAt}, by pid ${holder.pid} on ${holder.host}`;
}
