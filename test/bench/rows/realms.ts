// Row `realms`: what a realm's create and delete cost where many others are there.
import { stackOf } from "../../../providers/lib/docker/names.ts";
import { warmDomain } from "../../../providers/lib/run/names.ts";
import { readSecret } from "../../../providers/lib/docker/container.ts";
import { base } from "../../lab/paths.ts";
import type { Goal } from "../measure.ts";
import { others } from "../others.ts";
import type { Place, Row } from "../row.ts";
import { hearthMaker, rawMaker, realmWay, wayName, type RealmPhase } from "../contenders/realms.ts";

/** Ascending: each round adds what is missing to the one before, and the next one begins with none. */
const counts = [0, 10, 50, 100] as const;

export async function realmsRow({ interrupted }: Place): Promise<Row<RealmPhase>> {
  const domain = warmDomain("keycloak", base);
  const password = await readSecret(stackOf(domain), "app", "admin_password");
  const there = others(`https://${domain}`, password, interrupted);
  const makers = [await hearthMaker(domain), rawMaker(domain, password)];
  // How Keycloak slows down is its own matter; hearth's ratio should be no worse than the raw API's.
  const goals = (["create", "delete"] as const).flatMap(phase =>
    makers.map(({ name }): Goal<RealmPhase> => ({
      phase,
      way: wayName(name, 100),
      against: [wayName(name, 0)],
      says: `${name}: with 100 others, beside none`,
    })),
  );
  return {
    name: "realms",
    title: "realms: a realm's create and delete, login included, with so many other realms there",
    runs: 3,
    ways: counts.flatMap(count => makers.map(maker => realmWay(maker, count, there))),
    goals,
    end: there.none,
  };
}
