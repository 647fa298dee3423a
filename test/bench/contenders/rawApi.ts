// The raw admin API, through Traefik and TLS: the least that any way to a realm on the warm Keycloak can do.
import { create, logIn, remove } from "../adminApi.ts";
import { newRealm } from "../realm.ts";
import { timed, type Way } from "../row.ts";
import { token } from "../token.ts";

/** `url` is https://<domain>; the admin's password is in hand, as it would be in a script. */
export function rawApi(url: string, adminPassword: string): Way {
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
