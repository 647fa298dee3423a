// Row `realms`: create and delete of a realm beside many others.
import { stackOf } from "../../../providers/lib/docker/names.ts";
import { warmDomain } from "../../../providers/lib/run/names.ts";
import { readSecret } from "../../../providers/lib/docker/container.ts";
import { base } from "../../lab/paths.ts";
import type { Goal } from "../measure.ts";
import { otherRealms } from "../otherRealms.ts";
import type { BenchContext, Row } from "../row.ts";
import { hearthMaker, rawMaker, realmContender, contenderName, type RealmPhase } from "../contenders/realms.ts";

/** Ascending: each round adds the missing realms, and the next round starts from none. */
const counts = [0, 10, 50, 100] as const;

export async function realmsRow({ interrupted }: BenchContext): Promise<Row<RealmPhase>> {
  const domain = warmDomain("keycloak", base);
  const password = await readSecret(stackOf(domain), "app", "admin_password");
  const others = otherRealms(`https://${domain}`, password, interrupted);
  const makers = [await hearthMaker(domain), rawMaker(domain, password)];
  // Keycloak's slowdown is not hearth's; hearth's ratio should be no worse than the raw API's.
  const goals = (["create", "delete"] as const).flatMap(phase =>
    makers.map(({ name }): Goal<RealmPhase> => ({
      phase,
      contender: contenderName(name, 100),
      against: [contenderName(name, 0)],
      description: `${name}: 100 others / no others`,
    })),
  );
  return {
    name: "realms",
    title: "realms: create and delete of a realm, login included, beside other realms",
    runs: 3,
    contenders: counts.flatMap(count => makers.map(maker => realmContender(maker, count, others))),
    goals,
    tearDown: others.removeAll,
  };
}
