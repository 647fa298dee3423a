// Keycloak: runs have realms on it, and its other realms must survive an upgrade.
import { adminSession, ownerAttribute } from "../../lib/keycloak/index.ts";
import { defaultProfile } from "./default.ts";
import type { ProfiledApp, Profile } from "./profile.ts";
import { statusOf, statusText } from "./status.ts";

export const keycloak: Profile = {
  ...defaultProfile,
  health: domain => ({
    path: "/realms/master/.well-known/openid-configuration",
    issuer: `https://${domain}/realms/master`,
  }),
  blockedBy: "warm",
  blocks: "warm",

  async captureBaseline(app, log) {
    try {
      return { realms: await lastingRealms(app) };
    } catch (error) {
      log(`keycloak: realms can't be listed, so none is checked after the upgrade: ${(error as Error).message}`);
      return {};
    }
  },

  watchRegressions:
    ({ domain }, { realms = [] }) =>
    async () => {
      for (const realm of realms) {
        const status = await statusOf(realmUrl(domain, realm));
        if (status !== 200) return `its realm ${realm} answers ${statusText(status)}`;
      }
      return undefined;
    },
};

/** Names of the enabled realms that belong to no run: a run's may be deleted at any time. */
async function lastingRealms({ domain }: ProfiledApp): Promise<string[]> {
  const admin = await adminSession(domain);
  const lasting = (await admin.list()).filter(realm => realm.attributes?.[ownerAttribute] === undefined);
  const names = lasting.map(realm => realm.name);
  // A disabled realm answers 404, before the upgrade and after it.
  const statuses = await Promise.all(names.map(name => statusOf(realmUrl(domain, name))));
  return names.filter((_, at) => statuses[at] === 200);
}

function realmUrl(domain: string, realm: string): string {
  return `https://${domain}/realms/${encodeURIComponent(realm)}`;
}
