// Creates and deletes other realms on a Keycloak with the raw admin API.
import { create, logIn, remove } from "./adminApi.ts";
import { atATime } from "./atATime.ts";
import { newRealm, type Realm } from "./realm.ts";

export interface Others {
  /** Creates or deletes realms until that many exist. Throws InterruptedError, with fewer changed. */
  readonly exactly: (count: number) => Promise<void>;
  /** Deletes all of them, including those whose create failed. */
  readonly none: () => Promise<void>;
}

/** `url` is https://<domain>. */
export function others(url: string, password: string, interrupted: AbortSignal): Others {
  const there = new Set<Realm>();
  const make = async (realm: Realm) => {
    interrupted.throwIfAborted();
    there.add(realm);
    await create(url, await logIn(url, password), realm);
  };
  const drop = async (realm: Realm) => {
    await remove(url, await logIn(url, password), realm);
    there.delete(realm);
  };
  return {
    exactly: async count => {
      await atATime(2, [...there].slice(count), drop);
      await atATime(2, Array.from({ length: count - there.size }, newRealm), make);
    },
    none: async () => void (await atATime(2, [...there], drop)),
  };
}
