// Row `run`: from `hearth run` to a usable token, and its teardown, beside four peers.
import { stackOf } from "../../../providers/lib/docker/names.ts";
import { warmDomain } from "../../../providers/lib/run/names.ts";
import { containerOf, readSecret } from "../../../providers/lib/docker/container.ts";
import { base } from "../../lab/paths.ts";
import type { Goal } from "../measure.ts";
import type { Phase, BenchContext, Row } from "../row.ts";
import { barePulumi } from "../contenders/barePulumi.ts";
import { cold } from "../contenders/cold.ts";
import { hearth } from "../contenders/hearth.ts";
import { kcadm } from "../contenders/kcadm.ts";
import { rawApi } from "../contenders/rawApi.ts";

/** No teardown goal for the container: it's killed, not stopped. */
const goals: Goal<Phase>[] = [
  {
    phase: "up",
    contender: "hearth run",
    against: ["cold Keycloak container"],
    atMost: 1 / 8,
    description: "at least 8 × faster than a cold Keycloak container",
  },
  ...(["up", "teardown"] as const).map((phase): Goal<Phase> => ({
    phase,
    contender: "hearth run",
    against: ["bare Pulumi", "raw admin API"],
    atMost: 1.3,
    description: "at most 1.3 × (bare Pulumi + raw admin API)",
  })),
];

export async function runRow(context: BenchContext): Promise<Row> {
  const domain = warmDomain("keycloak", base);
  const url = `https://${domain}`;
  const stack = stackOf(domain);
  const contenders = [
    hearth(),
    rawApi(url, await readSecret(stack, "app", "admin_password")),
    kcadm(url, await containerOf(stack, "app")),
    cold(context),
    await barePulumi(context),
  ];
  return { name: "run", title: "run: from `hearth run` to a usable token, and its teardown", contenders, goals };
}
