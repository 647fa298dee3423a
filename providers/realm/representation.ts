// The one request that makes a realm whole: realm, client, user, and whose it is. Pure.
import type { CheckedRealm } from "./inputs.ts";

export const ownerAttribute = "hearth.owner";
export const runAttribute = "hearth.run";
/** When it was made: ISO. */
export const madeAttribute = "hearth.made";

export interface Credentials {
  readonly clientSecret: string;
  readonly password: string;
}

interface Realm {
  readonly attributes?: Record<string, unknown> | undefined;
}

/** Keycloak's RealmRepresentation for `realm`. The user can log in at once: nothing is asked of it first. `made`: now, as ISO. */
export function representation(realm: CheckedRealm, { clientSecret, password }: Credentials, made?: string) {
  const { attributes, ...settings } = realm.settings as Record<string, unknown> & {
    attributes?: Record<string, string>;
  };
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
        // Without names the user profile isn't complete, and a password grant says "Account is not fully set up".
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

/** Whether `found` was made by this run in this swarm. */
export function isOurs(found: Realm, realm: Pick<CheckedRealm, "swarm" | "run">): boolean {
  return found.attributes?.[ownerAttribute] === realm.swarm && found.attributes[runAttribute] === realm.run;
}
