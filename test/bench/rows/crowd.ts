// Row `crowd`: many runs at once, compared with the CPU time that they need on all cores.
import { stackOf } from "../../../providers/lib/docker/names.ts";
import { warmDomain } from "../../../providers/lib/run/names.ts";
import { readSecret } from "../../../providers/lib/docker/container.ts";
import { base } from "../../lab/paths.ts";
import type { CrowdPhase } from "../crowd.ts";
import type { Goal } from "../measure.ts";
import { meterOf } from "../meter.ts";
import type { Place, Row } from "../row.ts";
import { bareStacks } from "../contenders/barePulumi.ts";
import { bareCrowd, crowdContender, hearthCrowd, rawCrowd } from "../contenders/crowds.ts";

const most = 20;

const goal: Goal<CrowdPhase> = {
  phase: "last end",
  contender: "hearth run",
  against: ["hearth run"],
  againstPhase: "CPU / cores",
  atMost: 1.3,
  says: "at most 1.3 × the CPU time of the whole crowd, Keycloak's included, on all cores",
};

/** One row per number of runs. */
export async function crowdRow(place: Place): Promise<Row<CrowdPhase>[]> {
  const domain = warmDomain("keycloak", base);
  const stack = stackOf(domain);
  const meter = await meterOf(stack);
  const stacks = await bareStacks(place);
  const raw = rawCrowd(`https://${domain}`, await readSecret(stack, "app", "admin_password"), place.interrupted);
  return [1, 5, 10, most].map(count => ({
    name: `crowd of ${count}`,
    title:
      `crowd of ${count}: so many at once, from the start of all; the raw admin API two at a time. CPU: a run's own processes; Keycloak: it and its database; ` +
      "not counted: Docker's engine, Traefik, the kernel's own threads",
    runs: 3,
    contenders: [
      crowdContender("hearth run", count, meter, hearthCrowd),
      crowdContender("bare Pulumi", count, meter, bareCrowd(stacks)),
      crowdContender("raw admin API", count, meter, raw),
    ],
    goals: count === most ? [goal] : [],
  }));
}
