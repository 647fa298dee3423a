// Row `run`: from `hearth run` to a usable token, and its teardown, beside four peers.
import { stackOf } from "../../../providers/lib/docker/names.ts";
import { warmDomain } from "../../../providers/lib/run/names.ts";
import { containerOf, readSecret } from "../../../providers/lib/docker/container.ts";
import { base } from "../../lab/paths.ts";
import type { Goal } from "../measure.ts";
import type { Phase, Place, Row } from "../row.ts";
import { barePulumi } from "../contenders/barePulumi.ts";
import { cold } from "../contenders/cold.ts";
import { hearth } from "../contenders/hearth.ts";
import { kcadm } from "../contenders/kcadm.ts";
import { rawApi } from "../contenders/rawApi.ts";

/** The container is killed, not stopped: its teardown isn't comparable. */
const goals: Goal<Phase>[] = [
  {
    phase: "up",
    contender: "hearth run",
    against: ["cold Keycloak container"],
    atMost: 1 / 8,
    says: "at least 8 × faster than a cold Keycloak container",
  },
  ...(["up", "teardown"] as const).map((phase): Goal<Phase> => ({
    phase,
    contender: "hearth run",
    against: ["bare Pulumi", "raw admin API"],
    atMost: 1.3,
    says: "at most 1.3 × (bare Pulumi + raw admin API)",
  })),
];

export async function runRow(place: Place): Promise<Row> {
  const domain = warmDomain("keycloak", base);
  const url = `https://${domain}`;
  const stack = stackOf(domain);
  const contenders = [
    hearth(),
    rawApi(url, await readSecret(stack, "app", "admin_password")),
    kcadm(url, await containerOf(stack, "app")),
    cold(place),
    await barePulumi(place),
  ];
  return { name: "run", title: "run: from `hearth run` to a usable token, and its teardown", contenders, goals };
}
