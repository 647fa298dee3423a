// The realm that hearth's peers create: one client and one user who can log in. Pure.
import { randomBytes } from "node:crypto";

export interface Realm {
  readonly name: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly username: string;
  readonly password: string;
}

/** Unique name, random secrets. */
export function newRealm(): Realm {
  const text = (bytes: number) => randomBytes(bytes).toString("hex");
  return { name: `bench-${text(4)}`, clientId: "app", clientSecret: text(24), username: "tester", password: text(18) };
}

export function clientOf({ clientId, clientSecret }: Realm) {
  return {
    clientId,
    secret: clientSecret,
    publicClient: false,
    directAccessGrantsEnabled: true,
    redirectUris: ["http://localhost/*"],
  };
}

/** Without its password. */
export function userOf({ username }: Realm) {
  // Without first and last name, a password grant fails with "Account is not fully set up".
  return {
    username,
    email: `${username}@example.test`,
    emailVerified: true,
    firstName: "Test",
    lastName: "User",
    enabled: true,
  };
}

export function passwordOf({ password }: Realm) {
  return { type: "password", value: password, temporary: false };
}

/** The complete representation, for one request or an import. */
export function realmOf(realm: Realm) {
  return {
    realm: realm.name,
    enabled: true,
    clients: [clientOf(realm)],
    users: [{ ...userOf(realm), credentials: [passwordOf(realm)] }],
  };
}
