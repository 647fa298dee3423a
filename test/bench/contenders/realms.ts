// Creates and deletes a realm: with hearth's provider in this process, without Pulumi, and with the raw admin API.
import { stackOf } from "../../../providers/lib/docker/names.ts";
import { logIn as logInAsHearth } from "../../../providers/lib/keycloak/admin.ts";
import { realmInputs } from "../../../providers/realm/inputs.ts";
import { ensureRealm, removeRealm } from "../../../providers/realm/reconcile.ts";
import { clusterId } from "../../../providers/lib/docker/cluster.ts";
import { readSecret } from "../../../providers/lib/docker/container.ts";
import { stateDir } from "../../lab/paths.ts";
import { create, logIn, remove } from "../adminApi.ts";
import type { Others } from "../others.ts";
import { newRealm, type Realm } from "../realm.ts";
import { timed, type Contender } from "../row.ts";

export type RealmPhase = "create" | "delete";

export interface Maker {
  readonly name: string;
  readonly create: (realm: Realm) => Promise<void>;
  readonly delete: (realm: Realm) => Promise<void>;
}

/** Beside `count` other realms, which are created first, untimed. */
export function realmContender({ name, ...maker }: Maker, count: number, others: Others): Contender<RealmPhase> {
  return {
    name: contenderName(name, count),
    warmUp: count === 0,
    measure: async () => {
      await others.exactly(count);
      const realm = newRealm();
      const { up, teardown } = await timed(
        () => maker.create(realm),
        () => maker.delete(realm),
      );
      return { create: up, delete: teardown };
    },
  };
}

export function contenderName(maker: string, count: number): string {
  return `${maker}, ${count} others`;
}

/** As the provider does it: reads the admin's password from the running container for each session. */
export async function hearthMaker(domain: string): Promise<Maker> {
  const swarm = await clusterId();
  const checked = ({ name }: Realm) => ({
    ...realmInputs.parse({ keycloak: { domain }, name, run: name, stateDir }),
    swarm,
  });
  const host = {
    logIn: async () =>
      logInAsHearth(`https://${domain}`, {
        username: "admin",
        password: await readSecret(stackOf(domain), "app", "admin_password"),
      }),
    log: () => undefined,
  };
  return {
    name: "hearth",
    create: async realm => void (await ensureRealm(checked(realm), host)),
    delete: async realm => void (await removeRealm(checked(realm), host)),
  };
}

/** With the admin's password already known, as in a script. */
export function rawMaker(domain: string, password: string): Maker {
  const url = `https://${domain}`;
  return {
    name: "raw admin API",
    create: async realm => create(url, await logIn(url, password), realm),
    delete: async realm => remove(url, await logIn(url, password), realm),
  };
}
