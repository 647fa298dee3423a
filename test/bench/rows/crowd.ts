// Row `crowd`: concurrent runs, compared with the least time in which the machine's cores could do the work.
import { stackOf } from "../../../providers/lib/docker/names.ts";
import { warmDomain } from "../../../providers/lib/run/names.ts";
import { readSecret } from "../../../providers/lib/docker/container.ts";
import { base } from "../../lab/paths.ts";
import type { CrowdPhase } from "../crowd.ts";
import type { Goal } from "../measure.ts";
import { meterOf } from "../meter.ts";
import type { BenchContext, Row } from "../row.ts";
import { bareStacks } from "../contenders/barePulumi.ts";
import { bareCrowd, crowdContender, hearthCrowd, rawCrowd } from "../contenders/crowds.ts";

/** Crowds of this size and above are bound by the cores. */
const large = 20;

const goal: Goal<CrowdPhase> = {
  phase: "last end",
  contender: "hearth run",
  against: ["hearth run"],
  againstPhase: "CPU / cores",
  atMost: 1.3,
  description: "at most 1.3 × the CPU time of the whole crowd, Keycloak's included, on all cores",
};

/** One row per number of runs. */
export async function crowdRow(context: BenchContext): Promise<Row<CrowdPhase>[]> {
  const domain = warmDomain("keycloak", base);
  const stack = stackOf(domain);
  const meter = await meterOf(stack);
  const stacks = await bareStacks(context);
  const raw = rawCrowd(`https://${domain}`, await readSecret(stack, "app", "admin_password"), context.interrupted);
  return [1, 5, large, 40].map(count => ({
    name: `crowd of ${count}`,
    title:
      `crowd of ${count}: concurrent runs, timed from their common start; the raw admin API two at a time. ` +
      "CPU: a run's own processes; Keycloak: it and its database; " +
      "not counted: Docker's engine, Traefik, kernel threads",
    runs: 3,
    contenders: [
      crowdContender("hearth run", count, meter, hearthCrowd),
      crowdContender("bare Pulumi", count, meter, bareCrowd(stacks)),
      crowdContender("raw admin API", count, meter, raw),
    ],
    goals: count >= large ? [goal] : [],
  }));
}
