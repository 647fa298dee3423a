// Row `realms`: creating and deleting a realm beside many others.
import { stackOf } from "../../../providers/lib/docker/names.ts";
import { warmDomain } from "../../../providers/lib/run/names.ts";
import { readSecret } from "../../../providers/lib/docker/container.ts";
import { base } from "../../lab/paths.ts";
import type { Goal } from "../measure.ts";
import { others } from "../others.ts";
import type { Place, Row } from "../row.ts";
import { hearthMaker, rawMaker, realmContender, contenderName, type RealmPhase } from "../contenders/realms.ts";

/** Ascending: each step adds realms to those before; the next round starts without any. */
const counts = [0, 10, 50, 100] as const;

export async function realmsRow({ interrupted }: Place): Promise<Row<RealmPhase>> {
  const domain = warmDomain("keycloak", base);
  const password = await readSecret(stackOf(domain), "app", "admin_password");
  const there = others(`https://${domain}`, password, interrupted);
  const makers = [await hearthMaker(domain), rawMaker(domain, password)];
  // Keycloak itself slows down; hearth's slowdown should be no worse than the raw API's.
  const goals = (["create", "delete"] as const).flatMap(phase =>
    makers.map(({ name }): Goal<RealmPhase> => ({
      phase,
      contender: contenderName(name, 100),
      against: [contenderName(name, 0)],
      says: `${name}: with 100 others, beside none`,
    })),
  );
  return {
    name: "realms",
    title: "realms: a realm's create and delete, login included, with so many other realms there",
    runs: 3,
    contenders: counts.flatMap(count => makers.map(maker => realmContender(maker, count, there))),
    goals,
    end: there.none,
  };
}
