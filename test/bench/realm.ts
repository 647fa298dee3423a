// The realm that the peers create: one client and one user who can log in, as written by hand. Pure.
import { randomBytes } from "node:crypto";

export interface Realm {
  readonly name: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly username: string;
  readonly password: string;
}

/** A unique name, and secrets that are used for seconds. */
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

/** The user without the password. */
export function userOf({ username }: Realm) {
  // Without names the user profile isn't complete, and a password grant says "Account is not fully set up".
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

/** The complete realm, for one request or an import. */
export function realmOf(realm: Realm) {
  return {
    realm: realm.name,
    enabled: true,
    clients: [clientOf(realm)],
    users: [{ ...userOf(realm), credentials: [passwordOf(realm)] }],
  };
}
