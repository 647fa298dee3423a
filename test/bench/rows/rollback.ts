// Row `rollback`: from deploying a broken release to healthy again. No peers: none restores both version and data.
import { upArgv } from "../../../commands/pulumi/argv.ts";
import { labHealth } from "../../lab/home.ts";
import { release } from "../../lab/upstream.ts";
import { initialVersion, createFreshStack, wipeFreshStack, nextVersion } from "../freshStack.ts";
import { linesOf } from "../lines.ts";
import type { Row } from "../row.ts";
import { rollbackPhases, type RollbackTimes } from "../rollbackPhases.ts";

export async function rollbackRow(): Promise<Row<keyof RollbackTimes>> {
  let released = 0;
  const measure = async () => {
    // A rejected version is never retried: release a new one each time.
    const version = nextVersion((released += 1));
    await release("keycloak", { version, kind: "deploy-fails" });
    return rollbackPhases("keycloak", version, initialVersion, (await linesOf("pulumi", upArgv("warm"))).lines);
  };
  return {
    name: "rollback",
    title:
      "rollback: Keycloak 26.5.0, from deploying a release whose deploy fails to healthy again, including a " +
      `health window of ${labHealth.stableFor} s; a release that never gets healthy would also get the time that ` +
      "its healthchecks allow",
    runs: 3,
    contenders: [{ name: "hearth", warmUp: false, measure }],
    goals: [],
    setUp: () => createFreshStack(),
    tearDown: wipeFreshStack,
  };
}
