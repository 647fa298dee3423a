// Row `rollback`: from a broken release's deploy to healthy again. Without a peer: others restore either version or
// data.
import { upArgv } from "../../../commands/pulumi/argv.ts";
import { release } from "../../lab/upstream.ts";
import { begun, beginFresh, endFresh, next } from "../fresh.ts";
import { linesOf } from "../lines.ts";
import type { Row } from "../row.ts";
import { undone, type UndoneTimes } from "../rollbackPhases.ts";

export async function rollbackRow(): Promise<Row<keyof UndoneTimes>> {
  let released = 0;
  const measure = async () => {
    // hearth rejects each of them and never tries it again.
    const version = next((released += 1));
    await release("keycloak", { version, kind: "deploy-fails" });
    return undone("keycloak", version, begun, (await linesOf("pulumi", upArgv("warm"))).lines);
  };
  return {
    name: "rollback",
    title:
      "rollback: Keycloak 26.5.0, from a broken release's deploy to healthy again, a whole good window of 10 s included; of a release whose deploy fails: " +
      "one that never gets healthy is given the time that its compose file's healthchecks allow before the verdict",
    runs: 3,
    contenders: [{ name: "hearth", warmUp: false, measure }],
    goals: [],
    begin: () => beginFresh(),
    end: endFresh,
  };
}
