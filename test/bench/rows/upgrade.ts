// Row `upgrade`: how long Keycloak is down while its recipe is upgraded, beside undeploy and deploy by hand.
import { warmDomain } from "../../../providers/lib/run/names.ts";
import { base } from "../../lab/paths.ts";
import { beginFresh, endFresh } from "../fresh.ts";
import type { Place, Row } from "../row.ts";
import { byHand } from "../contenders/byHand.ts";
import { upgrade } from "../contenders/upgrade.ts";

export async function upgradeRow(place: Place): Promise<Row<"downtime">> {
  const domain = warmDomain("keycloak", base);
  const hand = byHand(domain, place);
  return {
    name: "upgrade",
    title:
      "upgrade: downtime of Keycloak 26.5.0 → 26.5.0 (KC_CACHE=ispn), hearth's with a verified snapshot on the contender, abra's without",
    runs: 3,
    contenders: [upgrade(domain), hand],
    goals: [
      {
        phase: "downtime",
        contender: "hearth",
        against: [hand.name],
        atMost: 0.8,
        says: "at most 0.8 × undeploy and deploy by hand",
      },
    ],
    begin: () => beginFresh(clustered),
    end: endFresh,
  };
}

/** Keycloak's default cache, which the lab overrides: with it, a start after an unclean stop waits for dead members. */
function clustered(config: string): string {
  if (!config.includes("KC_CACHE: local")) throw new Error("expected KC_CACHE: local in the lab's configuration");
  return config.replace("KC_CACHE: local", "KC_CACHE: ispn");
}
