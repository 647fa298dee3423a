// The inputs of a Realm.
import { z } from "zod";

export class MasterRealmError extends Error {
  override readonly name = "MasterRealmError";
  constructor() {
    super("realm master belongs to Keycloak: hearth neither creates nor deletes it");
  }
}

/** Settings that hearth sets in the create request. */
const owned = ["id", "realm", "enabled", "clients", "users"] as const;

const named = z.looseObject({ name: z.string().min(1) });

export const realmInputs = z
  .strictObject({
    keycloak: z.strictObject({
      /** Domain of Keycloak; its Swarm stack is derived from it, and its admin's account read from there. */
      domain: z.string().regex(/^[a-z0-9-]+(\.[a-z0-9-]+)+(:\d+)?$/, "expected a domain name"),
    }),
    /** The realm's name. Not `master`. */
    name: z
      .string()
      .regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$/, "expected a realm name: letters, digits, - and _, at most 63")
      .refine(
        name => name.toLowerCase() !== "master",
        "expected another realm than master: hearth neither creates nor deletes it",
      ),
    /** The run that owns it: `<recipe>-<hex>`. */
    run: z.string().min(1),
    /** hearth's directory on the host: locks there allow two creates or deletes at a time. */
    stateDir: z.string().startsWith("/"),
    client: z
      .strictObject({
        id: z.string().min(1).default("app"),
        /** Redirect URIs of the client. Default: none. */
        redirectUris: z.array(z.string().min(1)).default([]),
        /** CORS origins of the client. Default: none. */
        webOrigins: z.array(z.string().min(1)).default([]),
      })
      .prefault({}),
    user: z
      .strictObject({
        username: z.string().min(1).default("tester"),
        email: z.email().default("tester@example.test"),
        /** Names of realm roles, which `settings.roles` creates. */
        realmRoles: z.array(z.string().min(1)).default([]),
        /** Paths of groups, which `settings.groups` creates: `/staff`. */
        groups: z.array(z.string().startsWith("/", "expected the path of a group, such as /staff")).default([]),
      })
      .prefault({}),
    /** Further clients, as Keycloak's ClientRepresentation has them. */
    clients: z.array(z.looseObject({ clientId: z.string().min(1) })).default([]),
    /** Further settings of Keycloak's RealmRepresentation. */
    settings: z
      .record(z.string(), z.unknown())
      .refine(
        settings => owned.every(key => !(key in settings)),
        `expected none of ${owned.join(", ")}: hearth sets them`,
      )
      .default({}),
  })
  .refine(({ client, clients }) => clients.every(({ clientId }) => clientId !== client.id), {
    path: ["clients"],
    message: "expected other ids than that of the run's client",
  });

/** What a recipe may configure in its realm beyond client and user, in Keycloak's representation. */
export const realmExtras = z.strictObject({
  /** `realm`: roles of the realm; `client`: by client id, roles of that client. */
  roles: z
    .strictObject({ realm: z.array(named).optional(), client: z.record(z.string(), z.array(named)).optional() })
    .optional(),
  groups: z.array(named).optional(),
  /** Clients beside the one that every run gets. */
  clients: z.array(z.looseObject({ clientId: z.string().min(1) })).default([]),
  identityProviders: z.array(z.looseObject({ alias: z.string().min(1), providerId: z.string().min(1) })).optional(),
  /** Roles and groups of the run's user. */
  user: z
    .strictObject({
      realmRoles: z.array(z.string().min(1)).default([]),
      groups: z.array(z.string().startsWith("/")).default([]),
    })
    .prefault({}),
});

type RealmInputs = z.infer<typeof realmInputs>;
export type RealmArgs = z.input<typeof realmInputs>;

/** What `check` adds: the id of the swarm. */
export type CheckedRealm = RealmInputs & { readonly swarm: string };
