// Creates and deletes a realm: with hearth's provider, in this process and without Pulumi, and with the raw admin API.
import { stackOf } from "../../../providers/lib/docker/names.ts";
import { logIn as logInAsHearth } from "../../../providers/lib/keycloak/admin.ts";
import { realmInputs } from "../../../providers/realm/inputs.ts";
import { ensureRealm, removeRealm } from "../../../providers/realm/reconcile.ts";
import { clusterId } from "../../../providers/lib/docker/cluster.ts";
import { readSecret } from "../../../providers/lib/docker/container.ts";
import { stateDir } from "../../lab/paths.ts";
import { create, logIn, remove } from "../adminApi.ts";
import type { OtherRealms } from "../otherRealms.ts";
import { newRealm, type Realm } from "../realm.ts";
import { timed, type Contender } from "../row.ts";

export type RealmPhase = "create" | "delete";

export interface Maker {
  readonly name: string;
  readonly create: (realm: Realm) => Promise<void>;
  readonly delete: (realm: Realm) => Promise<void>;
}

/** Measures beside `count` other realms, whose creation is not timed. */
export function realmContender({ name, ...maker }: Maker, count: number, others: OtherRealms): Contender<RealmPhase> {
  return {
    name: contenderName(name, count),
    warmUp: count === 0,
    measure: async () => {
      await others.ensureCount(count);
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

/** Like hearth's provider: each session reads the admin's password from the running container. */
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

/** Like a script: the admin's password is given. */
export function rawMaker(domain: string, password: string): Maker {
  const url = `https://${domain}`;
  return {
    name: "raw admin API",
    create: async realm => create(url, await logIn(url, password), realm),
    delete: async realm => remove(url, await logIn(url, password), realm),
  };
}
