// The part of Keycloak's admin API that realms need. Every call has a time-out, every failure a status.
import type { NetworkError } from "@keycloak/keycloak-admin-client";
import type { Credentials, representation } from "./representation.ts";

export class KeycloakError extends Error {
  override readonly name: string = "KeycloakError";
  /** undefined without a response. */
  readonly status: number | undefined;

  constructor(what: string, status: number | undefined, words: string, cause: unknown) {
    super(`keycloak: ${what}: ${status === undefined ? words : `HTTP ${status}${words === "" ? "" : `: ${words}`}`}`, {
      cause,
    });
    this.status = status;
  }

  /**
   * Whether the same call may succeed later: no response, a server error, a token older than a new realm, or a
   * conflict, which two concurrent changes of Keycloak's database get, deletes included.
   */
  get passing(): boolean {
    return this.status === undefined || this.status >= 500 || [401, 403, 409].includes(this.status);
  }
}

/** The admin's password differs from the container's secret. Tried once, to avoid a lock-out. */
export class AdminPasswordError extends KeycloakError {
  override readonly name = "AdminPasswordError";
  override get passing(): boolean {
    return false;
  }
}

/** The ingress answers, but no Keycloak behind it: it is down, or starting. */
export class NotUpError extends KeycloakError {
  override readonly name = "NotUpError";
  override get passing(): boolean {
    return true;
  }
}

interface Login {
  readonly username: string;
  readonly password: string;
}

interface FoundRealm {
  readonly attributes?: Record<string, unknown>;
}

/** A session with one token, which doesn't cover realms created after the login. */
export interface Admin {
  create(realm: ReturnType<typeof representation>): Promise<void>;
  /** Every realm that the admin may see, with its attributes. */
  list(): Promise<(FoundRealm & { readonly name: string })[]>;
  /** undefined: Keycloak has no such realm. Throws NotUpError if no Keycloak answers. */
  find(name: string): Promise<FoundRealm | undefined>;
  /** Absent is success. */
  remove(name: string): Promise<void>;
  setCredentials(realm: string, clientId: string, username: string, credentials: Credentials): Promise<void>;
}

/** Logs in at `url` (https://<domain>). `timeout` in ms, for each call. Throws AdminPasswordError, NotUpError. */
export async function logIn(url: string, { username, password }: Login, timeout = 20_000): Promise<Admin> {
  // Loaded lazily: profiles and the reaper's decisions need only the names in this tool.
  const { default: KcAdminClient } = await import("@keycloak/keycloak-admin-client");
  const client = new KcAdminClient({ baseUrl: url, realmName: "master", timeout });
  await call("log in as admin", async () =>
    client.auth({ grantType: "password", clientId: "admin-cli", username, password }),
  ).catch(error => {
    if (error instanceof KeycloakError && error.status === 401) {
      const why = `${username}'s password in the container's secret is refused; was it changed in the console?`;
      const todo = "Set it back, or put the new one into a new version of the secret";
      throw new AdminPasswordError("log in as admin", 401, `${why} ${todo}`, error);
    }
    if (error instanceof KeycloakError && [404, 502, 503, 504].includes(error.status!))
      throw new NotUpError("log in as admin", error.status, `${url} isn't up`, error);
    throw error;
  });
  return {
    create: realm => call(`create realm ${realm.realm}`, async () => void (await client.realms.create(realm))),
    list: () =>
      call("list realms", async () => {
        const all = await client.realms.find({ briefRepresentation: false });
        return all.map(({ realm, attributes }) => ({ name: realm!, ...(attributes ? { attributes } : {}) }));
      }),
    find: name =>
      call(`find realm ${name}`, async () => {
        const find = async (realm: string) =>
          ((await client.realms.findOne({ realm })) ?? undefined) as FoundRealm | undefined;
        const found = await find(name);
        // The client hides the body of a 404: it may be Traefik's, without a router for Keycloak.
        if (!found && !(await find("master")))
          throw new NotUpError(`find realm ${name}`, 404, "no Keycloak answers there", undefined);
        return found;
      }),
    remove: name => call(`delete realm ${name}`, () => client.realms.del({ realm: name })).catch(absent),
    setCredentials: (realm, clientId, name, credentials) =>
      call(`set the credentials of realm ${realm}`, async () => {
        const [app] = await client.clients.find({ realm, clientId });
        const [user] = await client.users.find({ realm, username: name, exact: true });
        if (!app?.id || !user?.id) throw new Error(`realm ${realm}: client ${clientId} or user ${name} not found`);
        await client.clients.update({ realm, id: app.id }, { ...app, secret: credentials.clientSecret });
        await client.users.resetPassword({
          realm,
          id: user.id,
          credential: { type: "password", value: credentials.password, temporary: false },
        });
      }),
  };
}

function absent(error: unknown): undefined {
  if (error instanceof KeycloakError && error.status === 404 && !(error instanceof NotUpError)) return undefined;
  throw error;
}

async function call<T>(what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (isNetworkError(error)) {
      const { response, responseData } = error;
      if (response.status === 404 && responseData === NO_ROUTER)
        throw new NotUpError(what, 404, "no Keycloak answers there", error);
      throw new KeycloakError(what, response.status, messageIn(responseData), error);
    }
    if (error instanceof Error && error.name === "TimeoutError")
      throw new KeycloakError(what, undefined, "no answer in time", error);
    if (error instanceof TypeError)
      throw new KeycloakError(
        what,
        undefined,
        `no connection (${(error.cause as NodeJS.ErrnoException | undefined)?.code ?? error.message})`,
        error,
      );
    throw error;
  }
}

/** The body of Traefik's own 404. Keycloak's has JSON. */
const NO_ROUTER = "404 page not found\n";

/** By its shape: the class is loaded with the client only. */
function isNetworkError(error: unknown): error is NetworkError {
  return error instanceof Error && "response" in error && "responseData" in error;
}

/** Keycloak's message; never the request, which holds secrets. */
function messageIn(data: unknown): string {
  if (typeof data !== "object" || data === null) return "";
  const { error, errorMessage, error_description: description } = data as Record<string, unknown>;
  return [errorMessage, error, description].filter(word => typeof word === "string").join(", ");
}
