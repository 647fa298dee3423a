// The raw admin API through Traefik and TLS: the minimum for a realm on the warm Keycloak.
import { create, logIn, remove } from "../adminApi.ts";
import { newRealm } from "../realm.ts";
import { timed, type Contender } from "../row.ts";
import { token } from "../token.ts";

/** `url` is https://<domain>. */
export function rawApi(url: string, adminPassword: string): Contender {
  return {
    name: "raw admin API",
    warmUp: true,
    measure: () => {
      const realm = newRealm();
      const up = async () => {
        await create(url, await logIn(url, adminPassword), realm);
        await token(url, realm);
      };
      return timed(up, async () => remove(url, await logIn(url, adminPassword), realm));
    },
  };
}
