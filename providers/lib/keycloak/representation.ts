// The one request that creates a whole realm: realm, client, user, and the attributes that name its owner. Pure.

export const ownerAttribute = "hearth.owner";
export const runAttribute = "hearth.run";
/** Creation time in ISO 8601. */
export const madeAttribute = "hearth.made";

export interface Credentials {
  readonly clientSecret: string;
  readonly password: string;
}

/** What a realm consists of. */
interface RealmSpec {
  readonly name: string;
  readonly swarm: string;
  readonly run: string;
  readonly client: { readonly id: string; readonly redirectUris: string[]; readonly webOrigins: string[] };
  readonly user: {
    readonly username: string;
    readonly email: string;
    readonly realmRoles: string[];
    readonly groups: string[];
  };
  /** Further clients, as Keycloak's API has them. */
  readonly clients: Record<string, unknown>[];
  /** Further settings, as Keycloak's RealmRepresentation has them. */
  readonly settings: Record<string, unknown>;
}

interface Realm {
  readonly attributes?: Record<string, unknown> | undefined;
}

/**
 * Keycloak's RealmRepresentation for `realm`. The user has no required action and can log in at once. `made`: creation
 * time in ISO 8601.
 */
export function representation(realm: RealmSpec, { clientSecret, password }: Credentials, made?: string) {
  const { attributes, ...settings } = realm.settings as { attributes?: Record<string, string> };
  return {
    ...settings,
    realm: realm.name,
    enabled: true,
    attributes: {
      ...attributes,
      [ownerAttribute]: realm.swarm,
      [runAttribute]: realm.run,
      ...(made === undefined ? {} : { [madeAttribute]: made }),
    },
    clients: [
      {
        clientId: realm.client.id,
        secret: clientSecret,
        protocol: "openid-connect",
        publicClient: false,
        standardFlowEnabled: true,
        directAccessGrantsEnabled: true,
        redirectUris: realm.client.redirectUris,
        webOrigins: realm.client.webOrigins,
      },
      ...realm.clients,
    ],
    users: [
      {
        username: realm.user.username,
        email: realm.user.email,
        emailVerified: true,
        // Without names the user profile is incomplete: a password grant fails with "Account is not fully set up".
        firstName: "Test",
        lastName: "User",
        enabled: true,
        requiredActions: [],
        realmRoles: realm.user.realmRoles,
        groups: realm.user.groups,
        credentials: [{ type: "password", value: password, temporary: false }],
      },
    ],
  };
}

/** Whether this run, in this swarm, created `found`. */
export function isOurs(found: Realm, realm: Pick<RealmSpec, "swarm" | "run">): boolean {
  return found.attributes?.[ownerAttribute] === realm.swarm && found.attributes[runAttribute] === realm.run;
}
