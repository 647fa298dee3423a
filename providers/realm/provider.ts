// What Pulumi's engine asks of a Realm.
import { stackOf } from "../lib/abra/index.ts";
import { checkInputs } from "../pulumi/check.ts";
import { clean, StateError, type Checked } from "../pulumi/protocol.ts";
import { surviveParent } from "../pulumi/process.ts";
import { logOfRun, withRunLock } from "../lib/run/index.ts";
import { readSecret } from "../lib/docker/index.ts";
import { logIn, usable } from "../lib/keycloak/index.ts";
import { realmInputs, type CheckedRealm } from "./inputs.ts";
import { ensureRealm, removeRealm, type RealmHost } from "./reconcile.ts";
import { isOurs, type Credentials } from "./representation.ts";

type Raw = Record<string, unknown> & { __provider: string };
type Inputs = CheckedRealm & { readonly __provider: string };

export const provider = surviveParent({
  check: (olds: { swarm?: string }, news: Raw): Promise<Checked> =>
    checkInputs(realmInputs, olds, news, { what: "this realm was made", property: "keycloak" }),

  async diff(_id: string, olds: Inputs, news: Inputs) {
    const differs = (key: keyof CheckedRealm) => JSON.stringify(olds[key]) !== JSON.stringify(news[key]);
    const replaces = (["keycloak", "name", "run", "client", "user", "clients", "settings"] as const).filter(differs);
    return { changes: replaces.length > 0 || differs("stateDir"), replaces, deleteBeforeReplace: true };
  },

  async create(realm: Inputs) {
    const id = `${realm.keycloak.domain}/${realm.name}`;
    return withRunLock(realm.stateDir, realm.run, "realm", async () => {
      const credentials = await ensureRealm(realm, worldOf(realm));
      const outs = outsOf(realm, credentials);
      try {
        await usable({ issuer: outs.issuer, clientId: realm.client.id, username: realm.user.username, credentials });
      } catch (error) {
        throw new StateError(id, outs, (error as Error).message, error); // it stands: Pulumi must know, to remove it
      }
      return { id, outs };
    });
  },

  async update(_id: string, olds: Inputs & Credentials, news: Inputs) {
    return { outs: outsOf(news, olds) };
  },

  async read(id: string, realm: Inputs) {
    const found = await (await worldOf(realm).logIn()).find(realm.name);
    return found && isOurs(found, realm) ? { id, props: realm } : {};
  },

  async delete(_id: string, realm: Inputs) {
    await withRunLock(realm.stateDir, realm.run, "realm", () => removeRealm(realm, worldOf(realm)));
  },
});

function outsOf(realm: Inputs, { clientSecret, password }: Credentials) {
  const issuer = `https://${realm.keycloak.domain}/realms/${realm.name}`;
  const learnt = {
    issuer,
    discoveryUrl: `${issuer}/.well-known/openid-configuration`,
    clientId: realm.client.id,
    username: realm.user.username,
  };
  return clean({ ...realm, ...learnt, clientSecret, password });
}

function worldOf({ keycloak }: CheckedRealm): RealmHost {
  const { domain, adminUsername: username } = keycloak;
  return {
    // Read for each use, never kept.
    logIn: async () =>
      logIn(`https://${domain}`, { username, password: await readSecret(stackOf(domain), "app", "admin_password") }),
    say: logOfRun,
  };
}
