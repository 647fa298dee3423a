// A Realm's inputs: the declaration and its types.
import { z } from "zod";

export class MasterRealmError extends Error {
  override readonly name = "MasterRealmError";
  constructor() {
    super("the realm master is Keycloak's own: hearth neither makes nor deletes it");
  }
}

/** Settings that the one create request needs for itself. */
const owned = ["id", "realm", "enabled", "clients", "users"] as const;

export const realmInputs = z.strictObject({
  keycloak: z.strictObject({
    /** Where it answers: https://<domain>. Its Swarm stack follows from it. */
    domain: z.string().regex(/^[a-z0-9-]+(\.[a-z0-9-]+)+(:\d+)?$/, "is no domain name"),
    /** The admin's name; the password is read from the running container. */
    adminUsername: z.string().min(1).default("admin"),
  }),
  /** The realm's name. Not `master`. */
  name: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$/, "is no name for a realm: letters, digits, - and _, at most 63")
    .refine(name => name.toLowerCase() !== "master", "is Keycloak's own realm: hearth neither makes nor deletes it"),
  /** The run that owns it: `<recipe>-<hex>`. */
  run: z.string().min(1),
  /** hearth's directory on the host: creates and deletes go two at a time through locks there. */
  stateDir: z.string().startsWith("/"),
  client: z
    .strictObject({
      id: z.string().min(1).default("app"),
      /** Where a login may lead back to. */
      redirectUris: z.array(z.string().min(1)).default([]),
      /** Origins that may ask from a browser. */
      webOrigins: z.array(z.string().min(1)).default([]),
    })
    .prefault({}),
  user: z
    .strictObject({
      username: z.string().min(1).default("tester"),
      email: z.email().default("tester@example.test"),
    })
    .prefault({}),
  /** Further settings of Keycloak's RealmRepresentation. */
  settings: z
    .record(z.string(), z.unknown())
    .refine(settings => owned.every(key => !(key in settings)), `can't hold ${owned.join(", ")}: hearth sets them`)
    .default({}),
});

export type RealmInputs = z.infer<typeof realmInputs>;
export type RealmArgs = z.input<typeof realmInputs>;

/** What `check` adds: the swarm that the owner is of. */
export type CheckedRealm = RealmInputs & { readonly swarm: string };
