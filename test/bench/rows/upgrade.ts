// Row `upgrade`: Keycloak's downtime during a recipe upgrade, beside undeploy and deploy by hand.
import { warmDomain } from "../../../providers/lib/run/names.ts";
import { base } from "../../lab/paths.ts";
import { createFreshStack, wipeFreshStack } from "../freshStack.ts";
import type { BenchContext, Row } from "../row.ts";
import { byHand } from "../contenders/byHand.ts";
import { upgrade } from "../contenders/upgrade.ts";

export async function upgradeRow(context: BenchContext): Promise<Row<"downtime">> {
  const domain = warmDomain("keycloak", base);
  const hand = byHand(domain, context);
  return {
    name: "upgrade",
    title: "upgrade: downtime of Keycloak 26.5.0 → 26.5.0 (KC_CACHE=ispn), for hearth including a verified snapshot",
    runs: 3,
    contenders: [upgrade(domain), hand],
    goals: [
      {
        phase: "downtime",
        contender: "hearth",
        against: [hand.name],
        atMost: 0.8,
        description: "at most 0.8 × undeploy and deploy by hand",
      },
    ],
    setUp: () => createFreshStack(withDefaultCache),
    tearDown: wipeFreshStack,
  };
}

/**
 * Restores Keycloak's default cache, which the lab replaces: with it, a start after an unclean stop waits for dead
 * cluster members.
 */
function withDefaultCache(config: string): string {
  if (!config.includes("KC_CACHE: local")) throw new Error("KC_CACHE: local not found in the lab's configuration");
  return config.replace("KC_CACHE: local", "KC_CACHE: ispn");
}
