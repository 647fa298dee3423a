// Realm's provider: the six methods that Pulumi's engine calls.
import { checkInputs, requireSwarm } from "../pulumi/check.ts";
import { type Checked, type Registered, type ResourceInputs, StateError, clean } from "../pulumi/protocol.ts";
import { surviveParent } from "../pulumi/process.ts";
import { underLease } from "../lib/coordination/index.ts";
import { logOfRun, withRunLock } from "../lib/run/index.ts";
import { adminSession, isOurs, usable, type Credentials } from "../lib/keycloak/index.ts";
import { maskError } from "../lib/diagnostics/index.ts";
import { errorMessage } from "../lib/text.ts";
import { realmInputs, type CheckedRealm } from "./inputs.ts";
import { ensureRealm, removeRealm, type RealmHost } from "./reconcile.ts";

type Inputs = CheckedRealm & Registered;

export const provider = surviveParent({
  check: (olds: { swarm?: string }, news: ResourceInputs): Promise<Checked> =>
    checkInputs(realmInputs, olds, news, { what: "this realm was created", property: "keycloak" }),

  async diff(_id: string, olds: Inputs, news: Inputs) {
    const differs = (key: keyof CheckedRealm) => JSON.stringify(olds[key]) !== JSON.stringify(news[key]);
    const replaces = (["keycloak", "name", "run", "client", "user", "clients", "settings"] as const).filter(differs);
    return { changes: replaces.length > 0 || differs("stateDir"), replaces, deleteBeforeReplace: true };
  },

  async create(realm: Inputs) {
    const id = `${realm.keycloak.domain}/${realm.name}`;
    return withRunLock(realm.stateDir, realm.run, "realm", async () => {
      const host = realmHost(realm);
      const credentials = await underLease(
        realm.run,
        () => ensureRealm(realm, host),
        () => removeRealm(realm, host),
      );
      const outs = outsOf(realm, credentials);
      try {
        await usable({ issuer: outs.issuer, clientId: realm.client.id, username: realm.user.username, credentials });
      } catch (error) {
        // It exists: record it for destroy.
        throw new StateError(id, outs, errorMessage(maskError(error, Object.values(credentials))), error);
      }
      return { id, outs };
    });
  },

  async update(_id: string, olds: Inputs & Credentials, news: Inputs) {
    return { outs: outsOf(news, olds) };
  },

  async read(id: string, realm: Inputs) {
    await requireSwarm(`realm ${realm.name} was created`, realm.swarm);
    const found = await (await realmHost(realm).logIn()).find(realm.name);
    return found && isOurs(found, realm) ? { id, props: realm } : {};
  },

  async delete(_id: string, realm: Inputs) {
    await requireSwarm(`realm ${realm.name} was created`, realm.swarm);
    await withRunLock(realm.stateDir, realm.run, "realm", () => removeRealm(realm, realmHost(realm)));
  },
});

function outsOf(realm: Inputs, { clientSecret, password }: Credentials) {
  const issuer = `https://${realm.keycloak.domain}/realms/${realm.name}`;
  const derived = {
    issuer,
    discoveryUrl: `${issuer}/.well-known/openid-configuration`,
    clientId: realm.client.id,
    username: realm.user.username,
  };
  return clean({ ...realm, ...derived, clientSecret, password });
}

function realmHost({ keycloak }: CheckedRealm): RealmHost {
  return {
    logIn: () => adminSession(keycloak.domain),
    log: logOfRun,
  };
}
