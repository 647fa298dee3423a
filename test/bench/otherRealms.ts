// Creates and deletes additional realms on a Keycloak with the raw admin API.
import { create, logIn, remove } from "./adminApi.ts";
import { mapConcurrently } from "./mapConcurrently.ts";
import { newRealm, type Realm } from "./realm.ts";

export interface OtherRealms {
  /** Creates or deletes realms until `count` exist. Throws InterruptedError, possibly before `count` is reached. */
  readonly ensureCount: (count: number) => Promise<void>;
  /** Deletes all of them, including those whose create request failed. */
  readonly removeAll: () => Promise<void>;
}

/** `url` is https://<domain>. */
export function otherRealms(url: string, password: string, interrupted: AbortSignal): OtherRealms {
  const realms = new Set<Realm>();
  const make = async (realm: Realm) => {
    interrupted.throwIfAborted();
    realms.add(realm);
    await create(url, await logIn(url, password), realm);
  };
  const drop = async (realm: Realm) => {
    await remove(url, await logIn(url, password), realm);
    realms.delete(realm);
  };
  return {
    ensureCount: async count => {
      await mapConcurrently(2, [...realms].slice(count), drop);
      await mapConcurrently(2, Array.from({ length: count - realms.size }, newRealm), make);
    },
    removeAll: async () => void (await mapConcurrently(2, [...realms], drop)),
  };
}
